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

// conn is a connection whose requests are served here, until it is detached for
// another protocol or a request comes that is for net/http. One request is
// served at a time; what a client sends behind it waits. A conn is the Handler
// of its netpoll.Conn.
//
// Locks are taken in this order: mu, then Server.mu or IdleConns.mu. Neither
// handlers nor other functions of the Server's owner are called with one of them.
type conn struct {
	// immutable
	server *Server
	conn   netpoll.AcceptedConn
	remote netip.AddrPort

	// owned by the goroutine that reads
	netpoll.Input
	body struct { // of the request that is being served
		size  int
		ready func(body []byte, err error) // called with it; nil: no handler waits for it
	}
	skip int // bytes of a body that no handler waits for

	mu sync.Mutex
	// guarded by mu
	state    connState
	response *Response   // that is not sent yet: serving, parked or answering
	deadline time.Time   // for the client to send what is waited for; zero: nothing is
	due      time.Time   // when the timer looks at the deadline; zero: it is not set
	timer    *time.Timer // nil: not yet needed
}

// connState is what a conn does.
//
//	waiting → serving → parked; back to waiting when the response is sent
//	serving, parked → closing, failed: the response is sent, or cannot be
//	serving, parked → answering: the client has gone first
//	any → gone
type connState uint8

const (
	waiting   connState = iota // for a request, or for the rest of its head
	serving                    // a request, whose response is not sent yet
	parked                     // serving, and what came behind the request waits for Resume
	closing                    // the last response is sent: no request is served any more
	failed                     // the client has not taken a response: likewise
	answering                  // the client sends nothing more: the response is still to be sent
	gone                       // closed, or detached
)

// errDetached ends the reading of a connection that is net/http's now.
var errDetached = errors.New("http1: the connection is detached")

// awaitFirst begins the wait for a new connection's first request, unless it has
// brought that.
func (c *conn) awaitFirst() {
	c.mu.Lock()
	var over surplus
	if c.state == waiting && c.deadline.IsZero() {
		over = c.awaitRequestLocked(c.server.opts.Timeouts.Header)
	}
	c.mu.Unlock()
	over.close()
}

// Room returns where the next bytes go: nowhere while a client that waits for
// a response has sent more than a request's head.
func (c *conn) Room() []byte {
	if c.body.ready == nil && c.Full() && c.isServing() {
		return nil
	}
	return c.Input.Room()
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
		case !c.mayServe():
			return nil
		default:
			if more, err := c.serveNext(loop); more || err != nil {
				return err
			}
		}
	}
}

// serveNext serves the next request. more reports that its head has not all come.
func (c *conn) serveNext(loop *netpoll.Loop) (more bool, err error) {
	r, h, head, more := c.server.parseHead(c.Unread())
	if more {
		c.waitAtMost(c.server.opts.Timeouts.Header)
		return true, nil
	}
	if h == nil {
		return false, c.pass(loop)
	}
	c.Consume(head)
	r.RemoteAddr = c.remote.String()
	r.Body = http.NoBody
	w := &Response{c: c, loop: loop}
	c.begin(w)
	c.body.size = int(r.ContentLength)
	c.serve(w, func() { h.ServeHTTP(w, r) })
	if c.body.ready == nil {
		c.skip = c.body.size
	}
	return false, nil
}

// serveBody calls the handler's function for a body that has come.
func (c *conn) serveBody(loop *netpoll.Loop) {
	body := c.Unread()[:c.body.size]
	c.Consume(len(body))
	ready := c.body.ready
	c.body.ready = nil
	c.mu.Lock()
	w := c.response
	c.mu.Unlock()
	w.fate, w.loop = sent, loop
	c.serve(w, func() { ready(body, nil) })
}

// mayServe reports whether the next request may be served. If it may not yet,
// the connection is resumed when it may.
func (c *conn) mayServe() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == serving {
		c.state = parked
	}
	return c.state == waiting
}

// isServing reports whether there is a request whose response is not sent yet.
func (c *conn) isServing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.response != nil
}

// begin notes that a request is being served.
func (c *conn) begin(w *Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state, c.response, c.deadline = serving, w, time.Time{}
	c.server.opts.Idle.remove(c)
}

// serve calls a request's handler. A handler that panics loses its connection, as
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
	switch w.fate {
	case sent:
		w.Send()
	case detached:
		c.Release()
	}
}

// awaitBody has ready called with the body of the request that is being served.
func (c *conn) awaitBody(ready func(body []byte, err error)) {
	c.body.ready = ready
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waitForLocked(c.server.opts.Timeouts.Body)
}

// answered is called when a response is sent, or cannot be; keep is whether the
// connection stays open for others.
func (c *conn) answered(err error, keep bool) {
	c.mu.Lock()
	was := c.state
	c.response = nil
	var over surplus
	switch {
	case was == answering || was == gone:
		c.state = gone
	case err != nil:
		c.state = failed
	case !keep:
		c.state = closing
	default:
		c.state = waiting
		over = c.awaitRequestLocked(c.server.opts.Timeouts.Idle)
	}
	now := c.state
	c.mu.Unlock()
	switch {
	case now == gone:
		c.conn.CloseNow()
	case now != waiting:
		c.conn.Stop() // ReadEnded goes on
	case was == parked:
		go c.conn.Resume() // ends when the requests that have come are served
	}
	over.close()
}

// ReadEnded is called when the client sends nothing more, or reading was
// stopped.
func (c *conn) ReadEnded(err error) {
	waitsForBody := c.body.ready != nil
	was, w := c.readEnded(waitsForBody)
	switch {
	case was == gone: // detached, or closed already
	case was == closing: // the last response must not be lost
		c.conn.CloseWrite()
		c.conn.CloseAfterPeer()
	case w == nil:
		c.conn.CloseNow()
	case waitsForBody:
		c.serve(w, func() { c.body.ready(nil, err) })
		c.conn.CloseNow()
	case w.abandoned != nil && w.abandoned():
		c.conn.CloseNow()
	}
	// Else the response is on its way, and answered closes the connection.
}

// readEnded takes the connection from those that are served here. It returns the
// state it was in and the response that is not sent yet. That response may still
// be sent unless its request's body is missing.
func (c *conn) readEnded(noBody bool) (was connState, w *Response) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was, w = c.state, c.response
	c.endLocked()
	if was != gone && w != nil && !noBody {
		c.state = answering
	}
	return was, w
}

// endLocked makes the connection gone.
func (c *conn) endLocked() {
	if c.state == gone {
		return
	}
	c.state = gone
	if c.timer != nil {
		c.timer.Stop()
	}
	c.server.remove(c)
	c.server.opts.Idle.remove(c)
}

// end makes the connection gone. It reports false if it was before.
func (c *conn) end() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.state
	c.endLocked()
	return was != gone
}

// Close ends a connection that waits for a request. It is safe for concurrent use.
func (c *conn) Close() error {
	c.mu.Lock()
	open := c.state != gone && c.state != answering
	c.mu.Unlock()
	if open {
		c.conn.Stop()
	}
	return nil
}

// RemoteAddr returns the client's address.
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// pass detaches the connection for net/http, with what has been read of it.
func (c *conn) pass(loop *netpoll.Loop) error {
	if !c.end() {
		return errDetached
	}
	conn, err := c.conn.Detach(c.Unread(), c.server.opts.Full)
	c.Release()
	if err == nil {
		c.server.pass(conn, loop)
	}
	return errDetached
}

// detach gives the connection away, with what has been read of it.
func (c *conn) detach(closed func()) (netpoll.Conn, []byte) {
	c.end()
	c.conn.OnClose(closed)
	return c.conn, c.Unread()
}

// closeNow writes last, as far as that needs no waiting, and closes the
// connection.
func (c *conn) closeNow(last []byte) {
	if c.end() {
		c.conn.TryWrite(last)
		c.conn.CloseNow()
	}
}
