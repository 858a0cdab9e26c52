// Package web serves what browsers fetch over plain HTTP: the files of the pages,
// and the bundle of the official client. It does not depend on sessions or
// on anything else of Socket.IO.
package web
