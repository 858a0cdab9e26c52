// Package engine is an Engine.IO server, revisions 3 and 4: HTTP long-polling,
// WebSocket, and the upgrade from the first to the second.
//
// A client's connection is a Session, whatever transport carries it. A Handler
// receives what clients send, in the goroutine that has read it, in order and
// one message of a session at a time. What is sent to a client is queued on its
// session and written by the sender's goroutine as far as that needs no
// waiting; the transport writes the rest when the client takes it.
//
// The package knows nothing of Socket.IO: a message is text or bytes. What packets
// are as bytes is in internal/packet, WebSocket's frames are in
// internal/websocket, requests and responses in internal/http1 or net/http. The
// package does not listen, and does not limit what one address may do: see
// Options.Admit and Options.AllowRequest.
//
// It is for internal/bridge, which puts Socket.IO on it; for internal/adapter and
// internal/rooms, which send to sessions; and for internal/app, which sets its
// options.
//
// The way of a poll, an HTTP GET that waits for packets:
//
//	server.go             ServeHTTP: CORS, middleware, the query
//	responder.go          what the response can do, for both HTTP servers
//	verify.go             which session it is for, or why it is refused
//	handshake.go          it is for none yet: a new session and its open packet
//	polling_get.go        it is answered with what is queued, or held
//	polling_response.go   the payload and headers of the answer
//
// The way of a message from a client to another:
//
//	polling_post.go          a POST's body is read and divided into packets
//	transport_websocket.go   or a WebSocket has read a message
//	receive.go               the packet is charged to the client and keeps the
//	                         session alive (heartbeat.go); Handler.Received
//	send.go                  the handler's Batch queues a packet on each receiving
//	                         session; Flush, when all that was read is handled
//	transport_websocket.go   writes the packets as frames
//	transport_polling.go     or answers the poll that is held
//
// A session ends by Session.Close, which writes what is queued first, or by
// Session.Abort, which does not wait for that: close.go. Server.Drain and
// Server.Close, in shutdown.go, do so for all sessions. upgrade.go has a
// session move to another transport; what a transport must do is in
// transport.go, and the order of a session's locks is Session's.
package engine
