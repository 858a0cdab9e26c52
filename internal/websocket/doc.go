// Package websocket is the server's side of WebSocket connections, RFC 6455:
// the opening handshake, frames, reading messages, and the compression of single
// messages, RFC 7692.
//
// A frame that is sent is a []byte, made once for any number of receivers:
// PutHeader puts a header before a payload where it stands, Deflate compresses
// what it made. A Conn reads for a Handler; what it writes are the bytes it is
// given, by way of its netpoll.Conn.
//
// The package does not take connections over from an HTTP server, queues
// nothing, sends no pings, and knows nothing of what messages mean. It is for
// package engine.
package websocket
