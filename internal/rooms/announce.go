package rooms

import (
	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// What clients are sent about their rooms:
//
//	acknowledgement of join   {ok: true, room, id, peers: [{id, name?}]}
//	acknowledgement of leave  {ok: true, room}
//	peer-joined               {room, id, name?}
//	peer-left                 {room, id, reason}

// Reasons of a peer's leaving that have a meaning here.
const (
	leftItself = "leave" // by its own request: it stays connected

	// shuttingDown is the module's reason for all connections when the server
	// stops. No peer-left is sent then: the server ends the call, not the peer,
	// and all clients of a room join it again on the next server.
	shuttingDown = "server shutting down"
)

// Reply is the acknowledgement that a request asks for; the zero Reply is none.
type Reply struct {
	ID     uint64
	Wanted bool
}

// Acknowledge queues the acknowledgement of m's request, if one is wanted.
func (r *Rooms) Acknowledge(b *engine.Batch, m *adapter.Member, reply Reply, json []byte) {
	if reply.Wanted {
		r.adapter.SendAck(b, m, reply.ID, codec.Value{JSON: json})
	}
}

func (r *Rooms) acknowledgeLeave(b *engine.Batch, m *adapter.Member, reply Reply, name string) {
	r.Acknowledge(b, m, reply, append(codec.AppendString([]byte(`{"ok":true,"room":`), name), '}'))
}

// acknowledgeJoinLocked queues the acknowledgement of a join: who is in the room
// besides m.
func (r *Rooms) acknowledgeJoinLocked(b *engine.Batch, m *adapter.Member, reply Reply, joined *room) {
	if !reply.Wanted {
		return
	}
	json := codec.AppendString([]byte(`{"ok":true,"room":`), joined.name)
	json = codec.AppendString(append(json, `,"id":`...), string(m.ID))
	json = append(json, `,"peers":[`...)
	first := true
	for i, other := range joined.present {
		if other.Member == m {
			continue
		}
		if !first {
			json = append(json, ',')
		}
		json, first = append(json, joined.cards[i]...), false
	}
	r.Acknowledge(b, m, reply, append(json, `]}`...))
}

// announceJoinedLocked sends peer-joined about m to those in a room.
func (r *Rooms) announceJoinedLocked(b *engine.Batch, to *room, m *adapter.Member, e Entry) {
	if len(to.present) == 0 {
		return
	}
	json := append(codec.AppendString([]byte(`{"room":`), e.Room), ',')
	json = append(appendPeer(json, m, e.Name), '}')
	r.adapter.SendEvent(b, to.present, m, "peer-joined", codec.Value{JSON: json})
}

// announceLeftLocked sends peer-left about m to those in a room.
func (r *Rooms) announceLeftLocked(b *engine.Batch, to *room, m *adapter.Member, reason string) {
	json := append(codec.AppendString([]byte(`{"room":`), to.name), ',')
	json = codec.AppendString(append(appendPeer(json, m, ""), `,"reason":`...), reason)
	r.adapter.SendEvent(b, to.present, m, "peer-left", codec.Value{JSON: append(json, '}')})
}

// card returns how a member stands in the list of a room: {id, name?}.
func card(m *adapter.Member, name string) []byte {
	return append(appendPeer([]byte{'{'}, m, name), '}')
}

func appendPeer(json []byte, m *adapter.Member, name string) []byte {
	json = codec.AppendString(append(json, `"id":`...), string(m.ID))
	if name != "" {
		json = codec.AppendString(append(json, `,"name":`...), name)
	}
	return json
}
