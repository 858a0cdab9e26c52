// Package websocket is the server's side of WebSocket connections, RFC 6455:
// the opening handshake, frames, reading messages, and the compression of single
// messages, RFC 7692.
//
// A frame to send is a []byte, made once for any number of receivers: PutHeader
// writes a header before a payload without moving it, and Deflate compresses the
// frame. A Conn reads for a Handler, and writes whole frames as its netpoll.Conn
// does.
//
// The package does not take connections over from an HTTP server, queues
// nothing, sends no pings, and does not interpret messages. It is for package
// engine.
package websocket
