package http1

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"signaling/internal/netpoll"
)

// conn is a connection of direct requests, until it becomes a WebSocket or
// a request comes that is for net/http. One request is served at a time; what
// a client sends behind it stays where it is.
type conn struct {
	// immutable
	server *Server
	conn   netpoll.AcceptedConn
	remote netip.AddrPort

	// owned by the reader
	netpoll.Input
	body struct { // of the request that is being served
		size  int
		ready func(body []byte, err error) // waits for it; nil: nobody does
	}
	skip int // bytes of a body that nobody waits for

	mu sync.Mutex
	// guarded by mu
	serving  *Response   // whose answer is not sent yet
	parked   bool        // the reader waits for that, with requests that have come
	closing  bool        // no request is served any more
	left     bool        // to somebody else, or over
	deadline time.Time   // for the client to send what is waited for; zero: nothing is
	due      time.Time   // when the timer looks at the deadline
	timer    *time.Timer // nil: not yet
}

var errTaken = errors.New("http: the connection is somebody else's")

// awaitFirst begins the wait for a new connection's first request, unless it has
// brought that.
func (c *conn) awaitFirst() {
	var surplus Waiter
	c.mu.Lock()
	if c.serving == nil && !c.left && !c.closing && c.deadline.IsZero() {
		surplus = c.awaitRequestLocked(c.server.opts.Timeouts.Header)
	}
	c.mu.Unlock()
	if surplus != nil {
		surplus.Close()
	}
}

// Arrived serves the requests that have come.
func (c *conn) Arrived(loop *netpoll.Loop) error {
	for {
		switch {
		case c.body.ready != nil && len(c.Unread()) < c.body.size:
			c.ReleaseEmpty()
			return nil
		case c.body.ready != nil:
			c.serveBody(loop)
		case len(c.Unread()) == 0:
			c.ReleaseEmpty()
			return nil
		case c.skip > 0:
			n := min(c.skip, len(c.Unread()))
			c.Consume(n)
			c.skip -= n
		case !c.ready():
			return nil
		default:
			if more, err := c.serveNext(loop); more || err != nil {
				return err
			}
		}
	}
}

// serveNext has the next request handled, unless there is more of it to come.
func (c *conn) serveNext(loop *netpoll.Loop) (more bool, err error) {
	r, h, head, more := c.server.parseHead(c.Unread())
	if more {
		c.waitAtMost(c.server.opts.Timeouts.Header)
		return true, nil
	}
	if h == nil {
		return false, c.leave(loop)
	}
	c.Consume(head)
	r.RemoteAddr = c.remote.String()
	r.Body = http.NoBody
	w := &Response{c: c, l: loop}
	c.begin(w)
	c.body.size = int(r.ContentLength)
	c.serve(w, func() { h.ServeHTTP(w, r) })
	if c.body.ready == nil {
		c.skip = c.body.size // nobody wants it
	}
	return false, nil
}

// serveBody hands over a body that has come.
func (c *conn) serveBody(loop *netpoll.Loop) {
	body := c.Unread()[:c.body.size]
	c.Consume(len(body))
	ready := c.body.ready
	c.body.ready = nil
	c.mu.Lock()
	w := c.serving
	c.mu.Unlock()
	w.held, w.l = false, loop
	c.serve(w, func() { ready(body, nil) })
}

// ready tells whether the next request may be served. If it may not yet, the
// reader is called again when it may.
func (c *conn) ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parked = c.serving != nil
	return !c.parked && !c.closing
}

// begin notes that a request is being served.
func (c *conn) begin(w *Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serving, c.deadline = w, time.Time{}
	c.server.opts.Waits(c, false)
}

// serve has a request handled. A handler that panics loses its connection, as
// in net/http.
func (c *conn) serve(w *Response, handle func()) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				c.server.opts.Log.Error("panic while a request was served: its connection is closed",
					"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
			w.CloseNow(nil)
			c.Release()
		}
	}()
	handle()
	switch {
	case w.taken:
		c.Release()
	case !w.held:
		w.Send()
	}
}

// awaitBody has ready called with the body of the request that is being served.
func (c *conn) awaitBody(ready func(body []byte, err error)) {
	c.body.ready = ready
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waitForLocked(c.server.opts.Timeouts.Body)
}

// answered is called when a response is sent, and whether the connection may stay.
func (c *conn) answered(err error, stay bool) {
	var surplus Waiter
	c.mu.Lock()
	c.serving = nil
	c.closing = err == nil && !stay
	stay = err == nil && stay
	left, parked := c.left, c.parked
	c.parked = false
	if stay && !left {
		surplus = c.awaitRequestLocked(c.server.opts.Timeouts.Idle)
	}
	c.mu.Unlock()
	switch {
	case left:
		c.conn.CloseNow()
	case !stay:
		c.conn.Stop()
	case parked:
		go c.conn.Resume() // ends when the requests that have come are served
	}
	if surplus != nil {
		surplus.Close()
	}
}

// awaitRequestLocked begins the wait for the next request. It returns the
// connection that has to go for that, if any, to be closed without mu.
func (c *conn) awaitRequestLocked(limit time.Duration) (surplus Waiter) {
	c.waitForLocked(limit)
	return c.server.opts.Waits(c, true)
}

// waitAtMost closes the connection unless what it waits for already comes in
// that time, too.
func (c *conn) waitAtMost(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deadline.After(time.Now().Add(limit)) {
		c.waitForLocked(limit)
	}
}

// waitForLocked closes the connection unless what it waits for comes in time.
func (c *conn) waitForLocked(limit time.Duration) {
	c.deadline = time.Now().Add(limit)
	if c.left || !c.due.IsZero() && !c.deadline.Before(c.due) {
		return // the timer looks before
	}
	c.due = c.deadline
	if c.timer == nil {
		c.timer = time.AfterFunc(limit, c.look)
	} else {
		c.timer.Reset(limit)
	}
}

// look stops the connection if its deadline is over. It is called by the timer,
// which is set anew only when it has run: a busy connection has no work with it.
func (c *conn) look() {
	c.mu.Lock()
	now := time.Now()
	over := !c.deadline.IsZero() && !now.Before(c.deadline)
	if !over && !c.left {
		c.due = c.deadline
		if c.due.IsZero() { // it is being served
			c.due = now.Add(c.server.opts.Timeouts.Idle)
		}
		c.timer.Reset(c.due.Sub(now))
	}
	c.mu.Unlock()
	if over {
		c.conn.Stop()
	}
}

// Room returns where the next bytes go: nowhere while a client that waits for
// an answer has sent more than a request's head.
func (c *conn) Room() []byte {
	c.mu.Lock()
	serving := c.serving != nil
	c.mu.Unlock()
	if serving && c.body.ready == nil && c.Full() {
		return nil
	}
	return c.Input.Room()
}

// ReadEnded is told that the client has left, or that reading was stopped.
func (c *conn) ReadEnded(err error) {
	w, before := c.depart()
	if before {
		return // somebody else's by now, or it never was
	}
	c.mu.Lock()
	closing := c.closing
	c.mu.Unlock()
	switch {
	case w == nil && closing: // its last response must not be lost
		c.conn.CloseWrite()
		c.conn.CloseAfterPeer()
	case w == nil:
		c.conn.CloseNow()
	case c.body.ready != nil:
		c.serve(w, func() { c.body.ready(nil, err) })
		c.conn.CloseNow()
	case w.gone != nil && w.gone():
		c.conn.CloseNow()
	}
	// else its response is on its way, and answered closes behind it
}

// depart ends the time of the connection here. It returns the response that is
// not sent yet, and whether it had ended before.
func (c *conn) depart() (w *Response, before bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, c.left = c.left, true
	if !before {
		if c.timer != nil {
			c.timer.Stop()
		}
		c.server.remove(c)
	}
	return c.serving, before
}

// Close ends a connection that waits for a request. It is safe for concurrent use.
func (c *conn) Close() error {
	c.mu.Lock()
	left := c.left
	c.mu.Unlock()
	if !left {
		c.conn.Stop()
	}
	return nil
}

// RemoteAddr returns the client's address.
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// leave gives the connection to net/http, with what has been read of it.
func (c *conn) leave(loop *netpoll.Loop) error {
	if _, before := c.depart(); before {
		return errTaken
	}
	conn, err := c.conn.Detach(c.Unread(), c.server.opts.Full)
	c.Release()
	if err == nil {
		c.server.pass(conn, loop)
	}
	return errTaken
}

// part gives the connection to a WebSocket, with what has been read of it.
func (c *conn) part(closed func()) (netpoll.Conn, []byte) {
	c.depart()
	c.conn.OnClose(closed)
	return c.conn, c.Unread()
}

// drop sends last and closes the connection.
func (c *conn) drop(last []byte) {
	if _, before := c.depart(); before {
		return
	}
	c.conn.TryWrite(last)
	c.conn.CloseNow()
}
