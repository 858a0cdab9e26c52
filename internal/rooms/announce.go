package rooms

import (
	"fmt"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// What clients are told of their rooms:
//
//	answer to join   {ok: true, room, id, peers: [{id, name?}]}
//	answer to leave  {ok: true, room}
//	peer-joined      {room, id, name?}
//	peer-left        {room, id, reason}

// Reasons of a peer's leaving that have a meaning here.
const (
	left = "leave" // it stays connected

	// shuttingDown is the module's for everybody's connection when the server
	// stops. Nobody is told of that: it is the server that leaves the call, and
	// the others of a room will be back in it together.
	shuttingDown = "server shutting down"
)

// Refusal is why a client's request is refused, as the client is told.
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

// Reply is the acknowledgement that a request asks for; the zero Reply is none.
type Reply struct {
	ID     uint64
	Wanted bool
}

// Acknowledge queues the acknowledgement of m's request, if one is wanted.
func (p *Presence) Acknowledge(b *engine.Batch, m *Member, r Reply, json []byte) {
	if r.Wanted {
		b.Send(m.session, p.encoder.Ack(p.namespace, r.ID, codec.Value{JSON: json})...)
	}
}

func (p *Presence) answerLeave(b *engine.Batch, m *Member, r Reply, name string) {
	p.Acknowledge(b, m, r, append(codec.AppendString([]byte(`{"ok":true,"room":`), name), '}'))
}

// answer answers a join: with who is in the room besides m.
func (p *Presence) answer(b *engine.Batch, m *Member, reply Reply, r *room) {
	if !reply.Wanted {
		return
	}
	json := codec.AppendString([]byte(`{"ok":true,"room":`), r.name)
	json = codec.AppendString(append(json, `,"id":`...), string(m.ID))
	json = append(json, `,"peers":[`...)
	first := true
	for i, other := range r.present {
		if other.Member == m {
			continue
		}
		if !first {
			json = append(json, ',')
		}
		json, first = append(json, r.cards[i]...), false
	}
	p.Acknowledge(b, m, reply, append(json, `]}`...))
}

// card is how a member is announced in a list: {id, name?}.
func card(m *Member, name string) []byte {
	return append(appendPeer([]byte{'{'}, m, name), '}')
}

func appendPeer(json []byte, m *Member, name string) []byte {
	json = codec.AppendString(append(json, `"id":`...), string(m.ID))
	if name != "" {
		json = codec.AppendString(append(json, `,"name":`...), name)
	}
	return json
}

func (p *Presence) peerJoined(m *Member, e Entry) []*engine.Packet {
	json := append(codec.AppendString([]byte(`{"room":`), e.Room), ',')
	return p.encoder.Event(p.namespace, "peer-joined", codec.Value{JSON: append(appendPeer(json, m, e.Name), '}')})
}

func (p *Presence) peerLeft(m *Member, name, reason string) []*engine.Packet {
	json := append(codec.AppendString([]byte(`{"room":`), name), ',')
	json = codec.AppendString(append(appendPeer(json, m, ""), `,"reason":`...), reason)
	return p.encoder.Event(p.namespace, "peer-left", codec.Value{JSON: append(json, '}')})
}
