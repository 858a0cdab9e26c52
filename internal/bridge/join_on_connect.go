package bridge

import (
	"signaling/internal/adapter"
	"signaling/internal/rooms"
)

type (
	// Room is the name of a room that a program joins sockets to.
	Room = adapter.Room
	// SocketID is the id of a client in a namespace, as other clients get it.
	SocketID = adapter.SocketID

	// RoomEntry is a client's request to be in a room.
	RoomEntry = rooms.Entry
	// RoomCapacity bounds how many clients fit into a room, and rooms into a client.
	RoomCapacity = rooms.Capacity
	// Refusal is why a client's request is refused.
	Refusal = rooms.Refusal
)

// Handshake is what a client has sent with its CONNECT.
type Handshake struct {
	Query map[string][]string // of the URL that opened its session
	Auth  map[string]any      // empty if it has sent none
}

// JoinOnConnect returns the rooms that a client joins with its CONNECT, or why it
// is refused: then it gets a CONNECT_ERROR. It is called from several goroutines
// at once.
type JoinOnConnect func(Handshake) ([]RoomEntry, RoomCapacity, *Refusal)

// JoinOnConnect sets the rooms that the clients of a namespace join with their
// CONNECT. It must be called before requests are served.
func (b *Bridge) JoinOnConnect(namespace string, j JoinOnConnect) { b.joins[namespace] = j }
