package bridge

import (
	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/rooms"
)

// Event is one event from a client, on its way to a Handler. It belongs to the
// goroutine that handles it. It is valid during the call, and so are its
// arguments.
type Event struct {
	in     membership
	packet *codec.Packet
	batch  *engine.Batch
}

// Sender returns the id of the socket that sent the event.
func (e *Event) Sender() SocketID { return e.in.member.ID }

// Arg returns argument i, from 0, as it stood on the wire. It is the zero Value,
// which is written as null, if there are fewer.
func (e *Event) Arg(i int) codec.Value {
	if i >= len(e.packet.Args) {
		return codec.Value{}
	}
	return e.packet.Args[i]
}

// Broadcast sends an event to all others in the sender's rooms, or if it is in
// none, to all others in the namespace that are in none.
func (e *Event) Broadcast(name string, args ...codec.Value) {
	e.in.rooms.Relay(e.batch, e.in.member, nil, name, args...)
}

// To sends an event to those whom Broadcast would reach and who are in any of the
// rooms, each once. Every socket is in the room of its own id. Other rooms are
// those that a program has joined it to, or that it has joined itself.
func (e *Event) To(to []Room, name string, args ...codec.Value) {
	e.in.rooms.Relay(e.batch, e.in.member, to, name, args...)
}

// Ignored logs, at debug level, why nothing is done about the event.
func (e *Event) Ignored(why string) {
	e.in.b.log.Debug("event ignored", "event", e.packet.Name, "from", e.Sender(), "reason", why)
}

// JoinRoom puts the sender into a room, and acknowledges the event with who else
// is there. The caller answers a refusal with Refuse.
func (e *Event) JoinRoom(entry RoomEntry, capacity RoomCapacity) *Refusal {
	return e.in.rooms.Join(e.batch, e.in.member, entry, capacity, e.reply())
}

// LeaveRoom takes the sender out of a room, and acknowledges the event. The caller
// answers a refusal with Refuse.
func (e *Event) LeaveRoom(room string) *Refusal {
	return e.in.rooms.Leave(e.batch, e.in.member, room, e.reply())
}

// Signal sends an event to one peer that shares a room with the sender. The caller
// answers a refusal with Refuse.
func (e *Event) Signal(to SocketID, name string, arg codec.Value) *Refusal {
	return e.in.rooms.Signal(e.batch, e.in.member, to, name, arg)
}

// Acknowledge answers the event with {ok: true}, if the sender has asked for an
// acknowledgement.
func (e *Event) Acknowledge() {
	e.in.rooms.Acknowledge(e.batch, e.in.member, e.reply(), []byte(`{"ok":true}`))
}

// Refuse answers the event with {ok: false, error: {code, message}}. If the sender
// has not asked for an acknowledgement, the refusal is logged at debug level.
func (e *Event) Refuse(r *Refusal) {
	if !e.packet.HasID {
		e.Ignored(r.Code + ": " + r.Message)
		return
	}
	json := append([]byte(`{"ok":false,"error":`), r.JSON()...)
	e.in.rooms.Acknowledge(e.batch, e.in.member, e.reply(), append(json, '}'))
}

// reply returns the acknowledgement that the sender has asked for.
func (e *Event) reply() rooms.Reply {
	return rooms.Reply{ID: e.packet.ID, Wanted: e.packet.HasID}
}
