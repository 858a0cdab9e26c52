// Package packet is the format of Engine.IO, revisions 3 and 4: packets, the
// payloads of polling that carry several of them, and the scripts and forms of
// JSONP.
//
// A Packet is encoded once for any number of receivers: what it is as a WebSocket
// frame, or in a payload, depends on the receiver's revision and on what else its
// client takes. An Incoming is part of what was read.
//
// The package knows no session and reads and writes nothing. It is for package
// engine, and for those that make the packets which engine sends: bridge, rooms
// and adapter.
package packet
