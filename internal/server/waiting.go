package server

import (
	"container/list"
	"net"
	"net/http"
	"sync"

	"signaling/internal/http1"
	"signaling/internal/limit"
)

// waiting knows the connections that wait for a request, the first or the
// next. Over its bound the one that has waited longest is closed: a client that
// opens connections and sends nothing, or one byte at a time, is pushed out by
// those that come to do something.
type waiting struct {
	// immutable
	limit  int // 0: none
	counts *limit.Counts

	mu sync.Mutex
	// guarded by mu
	order  list.List // of http1.Waiter, the longest first
	place  map[http1.Waiter]*list.Element
	closed bool // none may wait any more
}

func newWaiting(limit int, counts *limit.Counts) *waiting {
	return &waiting{limit: limit, counts: counts, place: make(map[http1.Waiter]*list.Element)}
}

// changed is the server's ConnState hook. A connection is StateNew, or
// StateIdle, until the whole header of its next request has come in.
func (w *waiting) changed(conn net.Conn, state http.ConnState) {
	if surplus := w.waits(conn, state == http.StateNew || state == http.StateIdle); surplus != nil {
		surplus.Close()
	}
}

// waits notes that a connection waits for a request, or no longer does. It
// returns the one that is to be closed for that, if any.
func (w *waiting) waits(conn http1.Waiter, so bool) (surplus http1.Waiter) {
	if so {
		surplus, atEnd := w.add(conn)
		if surplus != nil && !atEnd && w.counts.Add(limit.IdleConnections) {
			w.counts.Log(limit.IdleConnections, "address", surplus.RemoteAddr().String())
		}
		return surplus
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.place[conn]; e != nil {
		w.order.Remove(e)
		delete(w.place, conn)
	}
	return nil
}

// add enters a connection and returns the one that is to be closed, if any;
// after the end that is the connection itself.
func (w *waiting) add(conn http1.Waiter) (surplus http1.Waiter, atEnd bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return conn, true
	}
	w.place[conn] = w.order.PushBack(conn)
	if w.limit == 0 || w.order.Len() <= w.limit {
		return nil, false
	}
	surplus = w.order.Remove(w.order.Front()).(http1.Waiter)
	delete(w.place, surplus)
	return surplus, false
}

// close closes all that wait, and those that come to wait from then on.
func (w *waiting) close() {
	w.mu.Lock()
	w.closed = true
	place := w.place
	w.place = nil
	w.order.Init()
	w.mu.Unlock()
	for conn := range place {
		conn.Close()
	}
}
