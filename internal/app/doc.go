// Package app is the program: it reads the settings, builds the server that they
// describe, serves, and shuts down when it is signaled.
//
// It joins the other packages and translates the settings for each of them. It
// handles neither Socket.IO packets nor events; package handlers and those below
// it do. Only the command at the top of the repository may call it.
package app
