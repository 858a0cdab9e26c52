// Package config reads the server's settings from flags and environment variables.
//
// Every setting is one row of the tables in options.go and limits.go. The flags,
// the environment variables, the text of -h and the table in the README all come
// from them. The package checks the form of each value; it opens no file and no
// address.
package config
