package bridge

import (
	"time"

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
	done      chan struct{} // closed when the module has finished
}

// begin notes that the module starts to work on a packet for the namespace.
func (c *conn) begin(namespace string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending = &operation{namespace: namespace, done: make(chan struct{})}
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

// abort gives up on what is pending if the session has ended: a middleware
// that never answers must not keep it.
func (c *conn) abort() {
	c.mu.Lock()
	if c.pending == nil || c.ended == nil {
		c.mu.Unlock()
		return
	}
	c.settleLocked()
}

func (c *conn) settleLocked() {
	op, ended := c.pending, c.ended
	c.pending, c.ended = nil, nil
	c.mu.Unlock()
	if ended != nil {
		c.Emit("close", string(*ended), nil)
	}
	close(op.done)
}

// wait returns when nothing is pending. What the batch holds goes out first:
// others shall not wait too.
func (c *conn) wait(b *engine.Batch) {
	c.mu.Lock()
	op := c.pending
	c.mu.Unlock()
	if op == nil {
		return
	}
	b.Flush()
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
	if c.pending != nil {
		c.ended = &reason
		time.AfterFunc(patience, c.abort)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.Emit("close", string(reason), nil)
}
