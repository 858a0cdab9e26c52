// Package codec reads and writes Socket.IO packets, revision 5 of the protocol,
// in its own format of text and attachments and in MessagePack.
//
// A payload is checked and taken apart, but not decoded: a [Value] is a part of
// it as it stood on the wire, and is written to other clients byte for byte.
// Go values are made of it, and it of Go values, only for applications: see
// [Value.Any] and [AppendPacket].
//
// The package knows nothing of connections, sessions and transports, and of the
// socket.io module only its buffers of binary data, in one file. It is for the
// packages bridge, rooms and handlers.
package codec
