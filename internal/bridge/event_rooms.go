package bridge

import (
	"errors"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/rooms"
)

// JoinRoom puts the sender into a room and acknowledges the event with who else
// is there. Its error is a *Refusal, to be answered with Refuse.
func (e *Event) JoinRoom(entry RoomEntry, limits RoomLimits) error {
	return e.in.adapter.Presence.Join(e.batch, e.in.member, entry, limits, e.reply())
}

// LeaveRoom takes the sender out of a room and acknowledges the event. Its
// error is a *Refusal.
func (e *Event) LeaveRoom(room string) error {
	return e.in.adapter.Presence.Leave(e.batch, e.in.member, room, e.reply())
}

// Signal sends an event to one peer that shares a room with the sender. Its
// error is a *Refusal.
func (e *Event) Signal(to socket.SocketId, name string, arg codec.Value) error {
	return e.in.adapter.Presence.Signal(e.batch, e.in.member, to, name, arg)
}

// Acknowledge answers the event with {ok: true}, if its sender asks for that.
func (e *Event) Acknowledge() {
	e.reply().Send(e.batch, e.in.member, e.in.adapter.Nsp().Name(), []byte(`{"ok":true}`))
}

// Refuse answers the event with {ok: false, error: {code, message}}. If its
// sender asks for no answer, the refusal is logged at debug level.
func (e *Event) Refuse(err error) {
	var refusal *Refusal
	if !errors.As(err, &refusal) || !e.packet.HasID {
		e.Ignored(err.Error())
		return
	}
	json := codec.AppendString([]byte(`{"ok":false,"error":{"code":`), refusal.Code)
	json = codec.AppendString(append(json, `,"message":`...), refusal.Message)
	e.reply().Send(e.batch, e.in.member, e.in.adapter.Nsp().Name(), append(json, `}}`...))
}

// reply is the acknowledgement that the event asks for.
func (e *Event) reply() rooms.Reply {
	return rooms.Reply{ID: e.packet.ID, Wanted: e.packet.HasID}
}
