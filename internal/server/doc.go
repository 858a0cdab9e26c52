// Package server serves HTTP: it routes requests to the engine, the browser
// bundle and the files, listens, limits what connections and requests may hold,
// and ends in order. It decides neither what is served below a path nor which
// limits hold; package app does both. The servers of the test suites use it too.
package server
