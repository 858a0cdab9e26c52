// Package conformance judges a running server from outside, byte by byte,
// against the Engine.IO protocol (revisions 3 and 4) and the Socket.IO protocol
// (revision 5, and revision 4 for Engine.IO 3 clients).
//
// It has tests only. They talk to two servers: the protocol server of
// test/protocolserver, whose handlers answer what the public protocol suites
// ask, and the signaling server itself, which the hostile inputs are sent to.
// Both are built and started by TestMain, unless these variables name running
// ones:
//
//	CONFORMANCE_PROTOCOL_URL  a server with the protocol server's handlers
//	CONFORMANCE_SERVER_URL    a server with the signaling handlers
//	CONFORMANCE_PEER=node     both are the Node reference: what is known to end
//	                          its process, or to be a fault of its own, is left out
package conformance
