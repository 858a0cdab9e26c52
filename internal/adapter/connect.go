package adapter

import (
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// Connect sends a client the reply to its CONNECT and makes it reachable
// through session. If its session was restored, it is sent the events between
// that and now. Connect reports false if the socket has left, or is connected
// already.
func (a *Adapter) Connect(b *engine.Batch, id SocketID, session *engine.Session, reply []*packet.Packet) (*Member, bool) {
	b.Send(session, reply...)
	r := a.recovery
	if r == nil {
		return a.connect(id, session)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := a.connect(id, session)
	if !ok {
		return nil, false
	}
	if n, restored := r.connectedLocked(id); restored {
		for _, e := range r.sinceLocked(n, a.roomsOf(id)) {
			b.Send(session, e.packets...)
		}
	}
	return m, true
}
