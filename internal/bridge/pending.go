package bridge

import (
	"slices"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
)

// patience is how long an operation may take before the connection is given
// up: a middleware that never calls its next must not hold it for good.
const patience = 45 * time.Second

// operation is a CONNECT or DISCONNECT that the module is working on, in
// goroutines of its own. Meanwhile no further packet of the connection is
// routed: a client that answers its CONNECT at once meets its listeners.
type operation struct {
	namespace string
	done      chan struct{}   // closed when the module has finished
	connects  bool            // it is a CONNECT
	socket    socket.SocketId // whom that has made, when it is running
	running   bool            // past the middlewares: the module will say when it is done
	leaving   bool            // being connected, and told to leave already: over when it has left
	begun     bool            // the module has begun to take out whom it has told to leave
}

// leaveAfter is how long the module may take from telling a client to leave to
// taking it out, which it does at once: unless somebody else had done so, and
// the client was back before it was told a second time.
const leaveAfter = time.Second

// begin notes that the module starts to work on a packet for the namespace, a
// CONNECT or DISCONNECT.
func (c *conn) begin(namespace string, connects bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = &operation{namespace: namespace, connects: connects, done: make(chan struct{})}
}

// beginLeaving notes that the module has told the client to leave a namespace
// and takes it out next: a client that connects again at once must wait for that.
func (c *conn) beginLeaving(namespace string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	joined := slices.ContainsFunc(c.memberships, func(in membership) bool { return in.adapter.Nsp().Name() == namespace })
	switch {
	case !joined:
	case c.pending == nil:
		c.pending = &operation{namespace: namespace, done: make(chan struct{}), running: true}
		c.expectLeavingLocked()
	case c.pending.namespace == namespace:
		c.pending.leaving = true
	}
}

// concernsLocked tells whether what happens to a socket belongs to what is
// pending. Where two disconnect a socket at the same time the module tells so
// twice, and the second time its client may be being connected again.
func (c *conn) concernsLocked(namespace string, id socket.SocketId) bool {
	op := c.pending
	return op != nil && op.namespace == namespace && (!op.connects || op.socket == id)
}

// leavingBegun notes that the module takes a socket out of its namespace.
func (c *conn) leavingBegun(namespace string, id socket.SocketId) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.concernsLocked(namespace, id) {
		c.pending.begun = true
	}
}

// left notes that the module has taken it out.
func (c *conn) left(namespace string, id socket.SocketId) {
	c.mu.Lock()
	if !c.concernsLocked(namespace, id) {
		c.mu.Unlock()
		return
	}
	c.settleLocked()
}

// expectLeavingLocked ends the wait for a leaving that does not come about.
func (c *conn) expectLeavingLocked() {
	op := c.pending
	time.AfterFunc(leaveAfter, func() {
		c.mu.Lock()
		if c.pending != op || op.begun {
			c.mu.Unlock()
			return
		}
		c.settleLocked()
	})
}

// connected notes that the module has connected the client to the namespace.
func (c *conn) connected(namespace string) {
	c.mu.Lock()
	leaving := c.pending != nil && c.pending.leaving
	late := c.told
	if leaving {
		c.expectLeavingLocked()
	}
	c.mu.Unlock()
	switch {
	case late: // it was given up, and the module had looked whether the client is there before
		c.dropSockets()
	case !leaving:
		c.settle(namespace)
	}
}

// settle notes that the module has finished with the namespace. It tells the
// end of a session that ended meanwhile.
func (c *conn) settle(namespace string) {
	c.mu.Lock()
	if c.pending == nil || c.pending.namespace != namespace {
		c.mu.Unlock()
		return
	}
	c.settleLocked()
}

// abort gives up on what is pending: a middleware that never answers must not
// keep a session that ends. A socket that is being connected by now is waited
// for: the module could not take it out again.
func (c *conn) abort() {
	c.mu.Lock()
	if c.pending == nil || c.pending.running {
		c.mu.Unlock()
		return
	}
	c.settleLocked()
}

func (c *conn) settleLocked() {
	op, ended := c.pending, c.ended
	c.pending, c.ended = nil, nil
	c.told = c.told || ended != nil
	c.mu.Unlock()
	if ended != nil {
		c.tellEnd(*ended)
	}
	close(op.done)
}

// dropSockets disconnects what the module has not: a connection that it closes
// while it connects it loses its close listener before the socket is registered.
func (c *conn) dropSockets() {
	c.mu.Lock()
	left := slices.Clone(c.memberships)
	c.mu.Unlock()
	for _, in := range left {
		if s, ok := in.socket(); ok {
			s.Disconnect(false)
		}
	}
}

// operation returns what is pending, nil if nothing is.
func (c *conn) operation() *operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pending
}

// wait returns when nothing is pending.
func (c *conn) wait(b *engine.Batch) {
	op := c.operation()
	if op == nil {
		return
	}
	b.MayBlock()
	select {
	case <-op.done:
	case <-time.After(patience):
		c.session.Close()
	}
}

// end tells the module that the session is over, now or once it is done with
// what it is doing.
func (c *conn) end(reason engine.Reason) {
	c.mu.Lock()
	c.stopJoinTimeoutLocked()
	if c.pending != nil {
		c.ended = &reason
		time.AfterFunc(patience, c.abort)
		c.mu.Unlock()
		return
	}
	c.told = true
	c.mu.Unlock()
	c.tellEnd(reason)
}

// tellEnd tells the module that the session is over.
func (c *conn) tellEnd(reason engine.Reason) {
	defer c.b.leave()
	c.Emit("close", string(reason), nil)
	c.dropSockets()
}
