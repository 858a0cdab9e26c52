package bridge

import (
	"signaling/internal/adapter"
	"signaling/internal/engine"
	"signaling/internal/packet"
	"signaling/internal/rooms"
)

// candidate is the socket that the module is connecting, if any. The module
// writes its CONNECT reply first and registers the socket then. The reply is held
// back until that is done, and the socket is then admitted or refused.
//
//	none → held → none, admitted
//	       held → refused → none
type candidate struct {
	state     candidateState
	namespace *namespace // nil if the adapter has not shown the socket
	id        adapter.SocketID
	reply     []*packet.Packet // nil until the module has written it
}

type candidateState uint8

const (
	// The zero value: the module connects no socket.
	_ candidateState = iota
	// held: the socket is not registered, and cannot be reached.
	held
	// refused: the socket is registered and taken out again. The client was never
	// sent that it is connected, so it is not sent that it is disconnected.
	refused
)

// hold begins with a socket whose CONNECT reply comes next.
func (l *lifecycle) hold(n *namespace, id adapter.SocketID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.candidate = candidate{state: held, namespace: n, id: id}
}

// holdReply keeps the candidate's CONNECT reply. It reports false if there is no
// candidate.
func (l *lifecycle) holdReply(reply []*packet.Packet) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.candidate.state != held {
		return false
	}
	l.candidate.reply = reply
	return true
}

// admit sends the candidate its CONNECT reply, makes it reachable, and puts it
// into the rooms of entries, all in one step for others: nothing overtakes the
// reply, and a client that has got it is heard and gets events. If the rooms
// refuse it, it becomes refused.
//
// The lock is held meanwhile, so that remove finds the membership of a member
// that leaves at once.
func (l *lifecycle) admit(b *engine.Batch, s *engine.Session, id adapter.SocketID, entries []rooms.Entry, c rooms.Capacity) *Refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.registeredLocked(id)
	admitted := l.candidate
	l.candidate = candidate{}
	if admitted.state != held {
		return nil
	}
	m, refusal := admitted.namespace.rooms.Connect(b, admitted.id, s, admitted.reply, entries, c)
	if refusal != nil {
		l.candidate = candidate{state: refused, namespace: admitted.namespace, id: id}
		return refusal
	}
	if m != nil {
		l.stopJoinTimerLocked()
		l.memberships = append(l.memberships, membership{admitted.namespace, m})
	}
	return nil
}

// refuse makes the socket with the id, which the module has registered, refused.
func (l *lifecycle) refuse(id adapter.SocketID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.registeredLocked(id)
	l.candidate = candidate{state: refused, namespace: l.candidate.namespace, id: id}
}

// registeredLocked moves the operation of a CONNECT on: the module has registered
// its socket.
func (l *lifecycle) registeredLocked(id adapter.SocketID) {
	if op := l.operation.Load(); op != nil && op.phase == checking {
		op.phase, op.socket = connecting, id
	}
}

// refusing reports whether a socket of the namespace is being refused.
func (l *lifecycle) refusing(namespace string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.candidate
	return c.state == refused && (c.namespace == nil || c.namespace.name == namespace)
}

// refusalDone ends the refusal of the socket. It reports false if that was not
// refused.
func (l *lifecycle) refusalDone(id adapter.SocketID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.candidate.state != refused || l.candidate.id != id {
		return false
	}
	l.candidate = candidate{}
	return true
}
