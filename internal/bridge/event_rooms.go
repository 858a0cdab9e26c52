package bridge

import (
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/rooms"
)

// JoinRoom puts the sender into a room and acknowledges the event with who else
// is there. A refusal is to be answered with Refuse.
func (e *Event) JoinRoom(entry RoomEntry, capacity RoomCapacity) *Refusal {
	return e.in.rooms.Join(e.batch, e.in.member, entry, capacity, e.reply())
}

// LeaveRoom takes the sender out of a room and acknowledges the event. A
// refusal is to be answered with Refuse.
func (e *Event) LeaveRoom(room string) *Refusal {
	return e.in.rooms.Leave(e.batch, e.in.member, room, e.reply())
}

// Signal sends an event to one peer that shares a room with the sender.
func (e *Event) Signal(to socket.SocketId, name string, arg codec.Value) *Refusal {
	return e.in.rooms.Signal(e.batch, e.in.member, to, name, arg)
}

// Acknowledge answers the event with {ok: true}, if its sender asks for that.
func (e *Event) Acknowledge() {
	e.in.rooms.Acknowledge(e.batch, e.in.member, e.reply(), []byte(`{"ok":true}`))
}

// Refuse answers the event with {ok: false, error: {code, message}}. If its
// sender asks for no answer, the refusal is logged at debug level.
func (e *Event) Refuse(r *Refusal) {
	if !e.packet.HasID {
		e.Ignored(r.Code + ": " + r.Message)
		return
	}
	json := append([]byte(`{"ok":false,"error":`), r.JSON()...)
	e.in.rooms.Acknowledge(e.batch, e.in.member, e.reply(), append(json, '}'))
}

// reply is the acknowledgement that the event asks for.
func (e *Event) reply() rooms.Reply {
	return rooms.Reply{ID: e.packet.ID, Wanted: e.packet.HasID}
}
