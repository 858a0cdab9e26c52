package bridge

import (
	"net/http"
	"runtime/debug"
)

// Panics returns how many panics in handlers, listeners and middlewares have
// been caught. Each has ended one session or one request.
func (b *Bridge) Panics() uint64 { return b.panics.Load() }

func (b *Bridge) tellPanic(what string, p any) {
	b.panics.Add(1)
	b.log.Error(what, "panic", p, "stack", string(debug.Stack()))
}

// guard runs f. A panic in it ends this session and no other.
func (c *conn) guard(f func()) {
	defer c.recovered()
	f()
}

// recovered, deferred, turns a panic into a log line and the end of the session.
func (c *conn) recovered() {
	p := recover()
	if p == nil {
		return
	}
	c.b.tellPanic("panic in a handler: its session is closed", p)
	c.session.Close()
	c.mu.Lock()
	if c.pending == nil {
		c.mu.Unlock()
		return
	}
	c.settleLocked() // the module was interrupted and will not say that it is done
}

// guardRequest, deferred, turns a panic in what decides about a request into a
// log line and the end of that request. The engine's own way to drop a
// connection passes.
func (b *Bridge) guardRequest() {
	p := recover()
	if p == nil {
		return
	}
	if p != http.ErrAbortHandler {
		b.tellPanic("panic while a request was served: its connection is closed", p)
	}
	panic(http.ErrAbortHandler)
}
