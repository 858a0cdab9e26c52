package rooms

import (
	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// Relay sends an event from one member to the others of its rooms, or if it is
// in none, to all others in none. If to is not nil, only those of them get it,
// each once, that are in any of the rooms of to. It goes out with b's next flush.
func (r *Rooms) Relay(b *engine.Batch, from *adapter.Member, to []adapter.Room, name string, args ...codec.Value) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.adapter.Relay(b, from, r.scopeLocked(from), to, name, args...)
}

// Signal sends an event to one member that shares a room with the sender.
func (r *Rooms) Signal(b *engine.Batch, from *adapter.Member, to adapter.SocketID, name string, arg codec.Value) *Refusal {
	r.mu.RLock()
	defer r.mu.RUnlock()
	peer, sender := r.adapter.Find(to), r.participants[from]
	if peer == nil || peer == from || sender == nil || !sender.sharesRoom(r.participants[peer]) {
		return unknownPeer
	}
	r.adapter.SendEvent(b, []adapter.Receiver{peer.Receiver()}, nil, name, arg)
	return nil
}
