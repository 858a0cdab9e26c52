package rooms

import (
	"fmt"

	"signaling/internal/codec"
)

// Refusal is why a client's request is refused, as the client gets it.
type Refusal struct {
	Code    string
	Message string // one sentence that says what to do
}

// JSON returns the refusal as {code, message}.
func (r *Refusal) JSON() []byte {
	json := codec.AppendString([]byte(`{"code":`), r.Code)
	return append(codec.AppendString(append(json, `,"message":`...), r.Message), '}')
}

var (
	notInRoom   = &Refusal{"not_in_room", "You are not in this room: join it first."}
	unknownPeer = &Refusal{"unknown_peer", "Nobody with this id shares a room with you: send to an id from the answer to join or from peer-joined."}
)

func roomFull(limit int) *Refusal {
	return &Refusal{"room_full", fmt.Sprintf("The room has all the %d people it takes: choose another room, or try again when somebody has left.", limit)}
}

func tooManyRooms(limit int) *Refusal {
	return &Refusal{"too_many_rooms", fmt.Sprintf("A client may be in %d rooms at once: leave one first.", limit)}
}
