// Package bridge joins our engine, codec, adapter and rooms with the socket.io/v2
// module, through the module's own extension points.
//
// The module keeps namespaces, middlewares, handshakes, and its API of sockets
// and rooms. Traffic does not pass through it: the goroutine that reads a packet
// routes it to a handler of ours and to the module's listeners, one after the
// other and each to its end. The module connects and disconnects sockets in
// goroutines of its own, and no packet of the connection is routed meanwhile: see
// lifecycle.
//
// Its files are of two kinds. Those named module_*.go adapt the module: they alone
// know its types. The others are the server that a handler sees. It keeps no
// rooms and encodes no packets itself, and it knows no event but by its name.
//
// It is for package handlers, which has no need of the module, and for programs
// that make a server.
package bridge
