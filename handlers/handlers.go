// Package handlers holds what the server does with each event: the four of a
// WebRTC call, relayed as the Node server of the page does, and those of rooms,
// in which a call's events reach its own people only.
//
// All of a connection's events are handled in order, each to its end.
package handlers

import "signaling/internal/bridge"

// Limits bound the rooms that clients make.
type Limits struct {
	RoomPeers   int // clients in one room
	ClientRooms int // rooms of one client
	NameLength  int // characters in the name of a room or of a client
}

// DefaultLimits are those of a server that is not told otherwise.
var DefaultLimits = Limits{RoomPeers: 100, ClientRooms: 16, NameLength: 128}

// Register routes the events of the namespace "/" to their handlers. It must
// be called before the server takes connections.
func Register(b *bridge.Bridge, l Limits) {
	b.Handle("/", "offer", relay("offer"))
	b.Handle("/", "answer", relay("answer"))
	b.Handle("/", "onicecandidate", relay("onicecandidate"))
	b.Handle("/", "message", message)
	b.Handle("/", "join", l.join)
	b.Handle("/", "leave", l.leave)
	b.Handle("/", "signal", l.signal)
	b.Arrive("/", l.arrive)
}
