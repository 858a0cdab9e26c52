package engine

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"signaling/internal/netpoll"
)

// Front stands before a http.Server: it takes the connections of a TCP listener
// and serves what it can of the engine's requests by itself, at a fraction of
// the cost. A connection whose next request is anything else is accepted by the
// http.Server, whose listener a Front is. It is safe for concurrent use.
type Front struct {
	// immutable
	opts     FrontOptions
	listener net.Listener
	others   chan net.Conn // for Accept
	closed   chan struct{}
	close    func() error
	group    netpoll.Group

	mu sync.Mutex
	// guarded by mu
	conns map[*httpConn]struct{} // those that are here
	over  bool                   // none is taken any more
}

// FrontOptions configures a Front. All fields must be set.
type FrontOptions struct {
	// Direct returns the handler of requests to the path, if they need nothing
	// of net/http's but what a http.ResponseWriter is for; else nil. Those with
	// more than limit bytes of body are left to net/http all the same.
	Direct func(path string) (h http.Handler, limit int64)
	// Waits is told when a connection begins to wait for a request, and when
	// it ends to. It returns the connection that is to be closed for that, if
	// any. It must not close one itself.
	Waits func(c Waiter, waits bool) (surplus Waiter)
	// Exhausted is called when the process may open no more descriptors. It
	// reports whether accepting is worth another try at once.
	Exhausted func() bool
	// Full is the response to who is for net/http when there is no descriptor
	// for that.
	Full []byte

	HeaderBytes int // the most that is read here of a request's head

	HeaderTime time.Duration // from accepting a connection to its first request
	IdleTime   time.Duration // from a response to the next request
	BodyTime   time.Duration // for a request's body to come in
	WriteTime  time.Duration // for a client to take anything of a response
	Log        *slog.Logger
}

// Waiter is a connection that may wait for a request.
type Waiter interface {
	Close() error
	RemoteAddr() net.Addr
}

// maxPassed is how many connections wait for Accept.
const maxPassed = 64

// NewFront returns a front that listens on l, which it takes over; or nil, and l
// stays with the caller, where the system does not give what that needs.
func NewFront(l net.Listener, opts FrontOptions) *Front {
	f := &Front{
		opts: opts, listener: l,
		others: make(chan net.Conn, maxPassed), closed: make(chan struct{}),
		conns: make(map[*httpConn]struct{}),
	}
	accepting, err := f.group.Listen(l, f)
	if err != nil {
		f.group.Close()
		return nil
	}
	f.close = sync.OnceValue(func() error {
		close(f.closed)
		accepting.Close()
		f.group.Close()
		return l.Close()
	})
	return f
}

// Accepted takes a connection and serves what it has brought.
func (f *Front) Accepted(loop *netpoll.Loop, conn netpoll.AcceptedConn, remote netip.AddrPort) {
	c := &httpConn{front: f, link: conn, remote: remote}
	if !f.enter(c) {
		conn.CloseNow()
		return
	}
	conn.Begin(loop, c)
	c.awaitFirst()
}

// retryAfter is how long accepting rests after an error.
const retryAfter = 5 * time.Millisecond

// AcceptFailed waits until accepting is worth another try.
func (f *Front) AcceptFailed(err error) {
	if (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && f.opts.Exhausted() {
		return
	}
	select {
	case <-time.After(retryAfter):
	case <-f.closed:
	}
}

// Accept returns the next connection with a request that is not for the engine.
func (f *Front) Accept() (net.Conn, error) {
	select {
	case conn := <-f.others:
		return conn, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

// Close ends listening. Connections that were accepted stay.
func (f *Front) Close() error { return f.close() }

// Addr returns the listener's address.
func (f *Front) Addr() net.Addr { return f.listener.Addr() }

// answeredCheck is how often Shutdown looks whether it is done.
const answeredCheck = 5 * time.Millisecond

// Shutdown waits until no request is being served, or ctx is done; then it
// closes the connections that are left. The front must be closed.
func (f *Front) Shutdown(ctx context.Context) {
	tick := time.NewTicker(answeredCheck)
	defer tick.Stop()
	for f.serving() {
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	f.mu.Lock()
	f.over = true
	f.mu.Unlock()
	for _, c := range f.all() {
		c.Close()
	}
	for {
		select {
		case conn := <-f.others: // nobody accepts it any more
			conn.Close()
		default:
			return
		}
	}
}

func (f *Front) serving() bool {
	for _, c := range f.all() {
		c.mu.Lock()
		serving := c.serving != nil
		c.mu.Unlock()
		if serving {
			return true
		}
	}
	return false
}

func (f *Front) all() []*httpConn {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]*httpConn, 0, len(f.conns))
	for c := range f.conns {
		all = append(all, c)
	}
	return all
}

// enter makes a connection one of the front's. It reports false if the front
// takes none any more.
func (f *Front) enter(c *httpConn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.conns[c] = struct{}{}
	}
	return !f.over
}

// departed is told that a connection is here no more. Its mu is held.
func (f *Front) departed(c *httpConn) {
	f.mu.Lock()
	delete(f.conns, c)
	f.mu.Unlock()
	f.opts.Waits(c, false)
}

// pass gives a connection to Accept.
func (f *Front) pass(conn net.Conn, loop *netpoll.Loop) {
	select {
	case <-f.closed:
		conn.Close()
		return
	default:
	}
	select {
	case f.others <- conn:
		return
	default:
	}
	loop.HandOver()
	select {
	case f.others <- conn:
	case <-f.closed:
		conn.Close()
	}
}
