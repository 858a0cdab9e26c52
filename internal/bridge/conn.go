package bridge

import (
	"time"
	"weak"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// conn is a connection: a session of the engine with what routing its packets
// needs. It is the module's engine.Socket too, see module_socket.go.
type conn struct {
	emitter // the module's listeners

	// immutable
	b       *Bridge
	session *engine.Session

	// owned by the goroutine that receives
	decoder    codec.Decoder
	event      Event
	budget     *budget // nil: nothing bounds it
	registered bool    // the module knows the session

	state lifecycle

	request weak.Pointer[httpContext] // guarded by state.mu
}

// Session returns the engine's session.
func (c *conn) Session() *engine.Session { return c.session }

// waitForOperation returns when the module works on nothing for the connection.
func (c *conn) waitForOperation(b *engine.Batch) {
	op := c.state.current()
	if op == nil {
		return
	}
	b.MayBlock()
	select {
	case <-op.completed:
	case <-time.After(operationTimeout):
		c.session.Close()
	}
}

// begin starts an operation with a packet of the client.
func (c *conn) begin(namespace string, p phase) { c.follow(c.state.begin(namespace, p)) }

// cancel gives up on an operation that need not be waited for when the session
// ends.
func (c *conn) cancel() { c.follow(c.state.cancel()) }

// follow does what is to be done after a transition.
func (c *conn) follow(f followUp) {
	if op := f.timeOut; op != nil {
		time.AfterFunc(leaveTimeout, func() { c.follow(c.state.leaveTimedOut(op)) })
	}
	if f.cancel {
		time.AfterFunc(operationTimeout, c.cancel)
	}
	if f.reportEnd {
		c.reportEnd(f.reason)
	}
	if f.disconnect {
		c.disconnectSockets()
	}
	if f.completed != nil {
		close(f.completed.completed)
	}
}
