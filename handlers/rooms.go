package handlers

import (
	"fmt"
	"unicode/utf8"

	"signaling/internal/bridge"
)

// join puts the sender into the room of (room) or ({room, name}).
func (l RoomLimits) join(e *bridge.Event) {
	arg := e.Arg(0)
	room, ok := arg.Text()
	var name string
	if !ok {
		field, _ := arg.Field("room")
		room, ok = field.Text()
		field, _ = arg.Field("name")
		if name, _ = field.Text(); name == "" && !field.IsNull() {
			ok = false
		}
	}
	if !ok {
		e.Refuse(badRequest(`join takes the name of a room, or {room, name}: write socket.emit("join", "kitchen", (answer) => …).`))
		return
	}
	entry := bridge.RoomEntry{Room: room, Name: name}
	refusal := l.check(entry)
	if refusal == nil {
		refusal = e.JoinRoom(entry, l.capacity())
	}
	if refusal != nil {
		e.Refuse(refusal)
	}
}

// leave takes the sender out of the room of (room).
func (l RoomLimits) leave(e *bridge.Event) {
	room, ok := e.Arg(0).Text()
	if !ok {
		e.Refuse(badRequest(`leave takes the name of a room: write socket.emit("leave", "kitchen").`))
		return
	}
	if refusal := e.LeaveRoom(room); refusal != nil {
		e.Refuse(refusal)
	}
}

// signal sends the data of {to, data} to the peer whose id to is, as {from,
// data}.
func (l RoomLimits) signal(e *bridge.Event) {
	to, _ := e.Arg(0).Field("to")
	id, ok := to.Text()
	if !ok {
		e.Refuse(badRequest(`signal takes {to, data}: write socket.emit("signal", {to: peer.id, data: …}).`))
		return
	}
	data, _ := e.Arg(0).Field("data") // without it the peer gets null
	if refusal := e.Signal(bridge.SocketID(id), "signal", data.Within("from", string(e.Sender()), "data")); refusal != nil {
		e.Refuse(refusal)
		return
	}
	e.Acknowledge()
}

func (l RoomLimits) capacity() bridge.RoomCapacity {
	return bridge.RoomCapacity{Peers: l.RoomPeers, Rooms: l.ClientRooms}
}

// check returns what is wrong with the names of an entry, nil if nothing is.
func (l RoomLimits) check(e bridge.RoomEntry) *bridge.Refusal {
	switch {
	case e.Room == "":
		return badRequest("The name of a room must not be empty: choose one.")
	case utf8.RuneCountInString(e.Room) > l.NameLength:
		return nameTooLong("room", l.NameLength)
	case utf8.RuneCountInString(e.Name) > l.NameLength:
		return nameTooLong("client", l.NameLength)
	}
	return nil
}

func badRequest(message string) *bridge.Refusal {
	return &bridge.Refusal{Code: "bad_request", Message: message}
}

func nameTooLong(of string, limit int) *bridge.Refusal {
	return &bridge.Refusal{
		Code:    "name_too_long",
		Message: fmt.Sprintf("The name of a %s may have %d characters: choose a shorter one.", of, limit),
	}
}
