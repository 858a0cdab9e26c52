// Package web serves what browsers fetch over plain HTTP: the files of the pages,
// and the bundle of the official client. It knows no sessions, and nothing else
// of Socket.IO.
package web
