package handlers

import "signaling/internal/bridge"

// RoomLimits bound the rooms that clients make.
type RoomLimits struct {
	RoomPeers   int // clients in one room
	ClientRooms int // rooms of one client
	NameLength  int // characters in the name of a room or of a client
}

// DefaultLimits are the limits of a server without other settings.
var DefaultLimits = RoomLimits{RoomPeers: 100, ClientRooms: 16, NameLength: 128}

// Register routes the events of the namespace "/" to their handlers. It must
// be called before the server takes connections.
func Register(b *bridge.Bridge, l RoomLimits) {
	b.Handle("/", "offer", relay("offer"))
	b.Handle("/", "answer", relay("answer"))
	b.Handle("/", "onicecandidate", relay("onicecandidate"))
	b.Handle("/", "message", message)
	b.Handle("/", "join", l.join)
	b.Handle("/", "leave", l.leave)
	b.Handle("/", "signal", l.signal)
	b.JoinOnConnect("/", l.joinOnConnect)
}
