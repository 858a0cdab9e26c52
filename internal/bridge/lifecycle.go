package bridge

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signaling/internal/adapter"
	"signaling/internal/engine"
)

// lifecycle is the state of a connection: the namespaces that it has joined, the
// operation that the module works on for it, and its end. It knows nothing of the
// module: each transition returns what is to be done about it without the lock.
//
// Its lock is taken before those of the rooms, the adapters and the sessions.
type lifecycle struct {
	mu sync.Mutex
	// guarded by mu
	memberships []membership
	candidate   candidate
	joinTimer   *time.Timer // nil: not started, or stopped
	end         endState
	endReason   engine.Reason // while the end is deferred, and after

	// operation is nil if none is under way. It is stored with mu held. Each packet
	// loads it, without.
	operation atomic.Pointer[operation]
}

// membership is a namespace that a connection has joined.
type membership struct {
	*namespace
	member *adapter.Member
}

// operation is a CONNECT or DISCONNECT that the module works on. Until it is
// completed no further packet of the connection is routed.
//
//	CONNECT of the client       → checking → connecting → completed
//	                              checking → completed, if it is refused or canceled
//	DISCONNECT of the client    → leaveRequested → completed, also if it is canceled
//	DISCONNECT of the server    → leaveAnnounced → leaving → completed
//	  to a socket in connecting: connecting → leaveAnnounced
type operation struct {
	namespace string
	socket    adapter.SocketID // the only one that it concerns; empty for any in the namespace
	phase     phase            // guarded by the lifecycle's mu
	completed chan struct{}    // closed when the module has finished
}

// phase is how far an operation has come.
type phase uint8

const (
	// checking: the module's middlewares decide on a CONNECT. They may never do.
	checking phase = iota
	// connecting: the socket is registered, its connection listeners are run.
	connecting
	// leaveRequested: the module has a DISCONNECT of the client.
	leaveRequested
	// leaveAnnounced: the module has sent the client a DISCONNECT, and disconnects
	// the socket next. It does not if another call of Disconnect came first and the
	// client is back already: the operation then completes after leaveTimeout.
	leaveAnnounced
	// leaving: the module disconnects the socket, its listeners are run.
	leaving
)

// operationTimeout is how long an operation may take before the session is closed:
// a middleware may never decide.
const operationTimeout = 45 * time.Second

// leaveTimeout is how long an operation may remain in leaveAnnounced, once the
// connection listeners have run.
const leaveTimeout = time.Second

// endState is how far the end of the session has come.
type endState uint8

const (
	// The zero value: the session is open, or its end has not come here.
	_ endState = iota
	// endDeferred: it has ended during an operation. The module gets the end when
	// that is completed: before, it might register a socket that it had checked for
	// being open, and keep it forever.
	endDeferred
	// endReported: the module has got the end.
	endReported
)

// followUp is what is to be done after a transition, without the lock.
type followUp struct {
	reportEnd  bool          // the module gets the session's end
	reason     engine.Reason // of the end
	disconnect bool          // sockets that were registered after the end are disconnected
	completed  *operation    // its waiters go on; nil: none
	timeOut    *operation    // leaveTimedOut is called for it in leaveTimeout; nil: none
	cancel     bool          // cancel is called in operationTimeout
}

func newOperation(namespace string, p phase) *operation {
	return &operation{namespace: namespace, phase: p, completed: make(chan struct{})}
}

// begin starts an operation with a packet of the client: a CONNECT in the phase
// checking, a DISCONNECT in leaveRequested. It replaces one that the server has
// begun since none was under way.
func (l *lifecycle) begin(namespace string, p phase) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := followUp{completed: l.operation.Load()}
	l.operation.Store(newOperation(namespace, p))
	return f
}

// current returns the operation that is under way, nil if none is.
func (l *lifecycle) current() *operation { return l.operation.Load() }

// rejected completes the CONNECT that the module has refused.
func (l *lifecycle) rejected(namespace string) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if op := l.operation.Load(); op == nil || op.namespace != namespace {
		return followUp{}
	}
	return l.completeLocked()
}

// listenersDone completes the CONNECT of a socket whose connection listeners have
// run. If the socket is being disconnected already, the operation goes on.
func (l *lifecycle) listenersDone(namespace string, id adapter.SocketID) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.end == endReported {
		return followUp{disconnect: true}
	}
	op := l.operation.Load()
	switch {
	case op == nil || op.namespace != namespace || op.socket != id:
	case op.phase == connecting:
		return l.completeLocked()
	case op.phase == leaveAnnounced:
		return followUp{timeOut: op}
	}
	return followUp{}
}

// announceLeave starts an operation, or continues that of a CONNECT, for a
// DISCONNECT that the module is about to send: the client may answer it with a
// CONNECT at once, which must wait until the socket is disconnected.
func (l *lifecycle) announceLeave(namespace string) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, joined := l.joinedLocked(namespace); !joined {
		return followUp{}
	}
	switch op := l.operation.Load(); {
	case op == nil:
		op = newOperation(namespace, leaveAnnounced)
		l.operation.Store(op)
		return followUp{timeOut: op}
	case op.namespace == namespace && op.phase == connecting:
		op.phase = leaveAnnounced
	}
	return followUp{}
}

// leaveTimedOut completes an operation that is still in leaveAnnounced.
func (l *lifecycle) leaveTimedOut(op *operation) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.operation.Load() != op || op.phase != leaveAnnounced {
		return followUp{}
	}
	return l.completeLocked()
}

// leaveBegun notes that the module has begun to disconnect a socket.
func (l *lifecycle) leaveBegun(namespace string, id adapter.SocketID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if op := l.operation.Load(); op.concerns(namespace, id) && op.phase == leaveAnnounced {
		op.phase = leaving
	}
}

// left completes the operation, whichever it is, of a socket that the module has
// disconnected.
func (l *lifecycle) left(namespace string, id adapter.SocketID) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.operation.Load().concerns(namespace, id) {
		return followUp{}
	}
	return l.completeLocked()
}

// concerns reports whether what happens to a socket belongs to the operation. Of
// two calls that disconnect a socket at the same time the second may come when
// its client is being connected again, as another socket.
func (op *operation) concerns(namespace string, id adapter.SocketID) bool {
	return op != nil && op.namespace == namespace && op.phase != checking && (op.socket == "" || op.socket == id)
}

// cancel completes an operation that waits for middlewares or for the module to
// take up the client's DISCONNECT, for a session that ends. A socket that is
// registered is waited for.
func (l *lifecycle) cancel() followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if op := l.operation.Load(); op == nil || op.phase != checking && op.phase != leaveRequested {
		return followUp{}
	}
	return l.completeLocked()
}

// interrupted completes the operation after a panic, which may have kept the
// module from doing so.
func (l *lifecycle) interrupted() followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.operation.Load() == nil {
		return followUp{}
	}
	return l.completeLocked()
}

func (l *lifecycle) completeLocked() followUp {
	f := followUp{completed: l.operation.Load(), reportEnd: l.end == endDeferred, reason: l.endReason}
	l.operation.Store(nil)
	if f.reportEnd {
		l.end = endReported
	}
	return f
}

// ended notes the end of the session.
func (l *lifecycle) ended(reason engine.Reason) followUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopJoinTimerLocked()
	l.endReason = reason
	if l.operation.Load() != nil {
		l.end = endDeferred
		return followUp{cancel: true}
	}
	l.end = endReported
	return followUp{reportEnd: true, reason: reason}
}

// startJoinTimer calls f in d, unless the connection joins a namespace before, or
// ends.
func (l *lifecycle) startJoinTimer(d time.Duration, f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.joinTimer = time.AfterFunc(d, func() {
		l.mu.Lock()
		stopped := l.joinTimer == nil
		l.mu.Unlock()
		if !stopped {
			f()
		}
	})
}

func (l *lifecycle) stopJoinTimerLocked() {
	if l.joinTimer != nil {
		l.joinTimer.Stop()
		l.joinTimer = nil
	}
}

// joined returns the membership of a namespace.
func (l *lifecycle) joined(namespace string) (membership, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.joinedLocked(namespace)
}

func (l *lifecycle) joinedLocked(namespace string) (membership, bool) {
	for _, in := range l.memberships {
		if in.name == namespace {
			return in, true
		}
	}
	return membership{}, false
}

// joinedCount returns how many namespaces have been joined.
func (l *lifecycle) joinedCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.memberships)
}

// allJoined returns a copy of the memberships.
func (l *lifecycle) allJoined() []membership {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.memberships)
}

// remove removes the membership of a member that has left its namespace.
func (l *lifecycle) remove(m *adapter.Member) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.memberships = slices.DeleteFunc(l.memberships, func(in membership) bool { return in.member == m })
}
