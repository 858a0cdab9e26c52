package bridge

import (
	"net/http"
	"runtime/debug"
)

// Panics returns how many panics in handlers, listeners and middlewares have
// been caught. Each has ended one session or one request.
func (b *Bridge) Panics() uint64 { return b.panics.Load() }

func (b *Bridge) logPanic(what string, p any) {
	b.panics.Add(1)
	b.log.Error(what, "panic", p, "stack", string(debug.Stack()))
}

// guard calls f. A panic in it closes this session and no other.
func (c *conn) guard(f func()) {
	defer c.recovered()
	f()
}

// recovered, deferred, turns a panic into a log line and closes the session.
func (c *conn) recovered() {
	p := recover()
	if p == nil {
		return
	}
	c.b.logPanic("panic in a handler: its session is closed", p)
	c.session.Close()
	c.follow(c.state.interrupted())
}

// guardRequest, deferred, turns a panic in a hook for requests into a log line and
// the end of that request. http.ErrAbortHandler, with which the engine closes a
// connection, is passed on.
func (b *Bridge) guardRequest() {
	p := recover()
	if p == nil {
		return
	}
	if p != http.ErrAbortHandler {
		b.logPanic("panic while a request was served: its connection is closed", p)
	}
	panic(http.ErrAbortHandler)
}
