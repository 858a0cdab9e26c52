package server

import (
	"container/list"
	"net"
	"net/http"
	"sync"

	"signaling/internal/http1"
	"signaling/internal/limit"
)

// idleConns is the set of connections that wait for a request, their first or
// the next. When there are more than its limit it evicts the one that has waited
// longest: a client that opens connections and sends nothing, or a byte at a
// time, loses its own to those that are used.
type idleConns struct {
	// immutable
	limit  int // 0: none
	counts *limit.Counts

	mu sync.Mutex
	// guarded by mu
	order    list.List // of http1.Waiter, the one that has waited longest first
	elements map[http1.Waiter]*list.Element
	closed   bool // no connection may wait any more
}

func newIdleConns(limit int, counts *limit.Counts) *idleConns {
	return &idleConns{limit: limit, counts: counts, elements: make(map[http1.Waiter]*list.Element)}
}

// stateChanged is the ConnState hook of net/http's server. A connection is
// StateNew or StateIdle until the whole header of its next request has arrived.
func (i *idleConns) stateChanged(conn net.Conn, state http.ConnState) {
	if evicted := i.waits(conn, state == http.StateNew || state == http.StateIdle); evicted != nil {
		evicted.Close()
	}
}

// waits adds a connection that waits for a request, or removes one that no longer
// does. It returns the connection that the caller must close for that, if any.
func (i *idleConns) waits(conn http1.Waiter, waiting bool) (evicted http1.Waiter) {
	if !waiting {
		i.remove(conn)
		return nil
	}
	evicted, closed := i.add(conn)
	if evicted != nil && !closed && i.counts.Add(limit.IdleConnections) {
		i.counts.Log(limit.IdleConnections, "address", evicted.RemoteAddr().String())
	}
	return evicted
}

// add adds a connection and returns the one that it evicts, if any. Once the set
// is closed that is the connection itself.
func (i *idleConns) add(conn http1.Waiter) (evicted http1.Waiter, closed bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return conn, true
	}
	i.elements[conn] = i.order.PushBack(conn)
	if i.limit == 0 || i.order.Len() <= i.limit {
		return nil, false
	}
	evicted = i.order.Remove(i.order.Front()).(http1.Waiter)
	delete(i.elements, evicted)
	return evicted, false
}

func (i *idleConns) remove(conn http1.Waiter) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if e := i.elements[conn]; e != nil {
		i.order.Remove(e)
		delete(i.elements, conn)
	}
}

// close closes all connections in the set, and those that are added later.
func (i *idleConns) close() {
	i.mu.Lock()
	i.closed = true
	conns := i.elements
	i.elements = nil
	i.order.Init()
	i.mu.Unlock()
	for conn := range conns {
		conn.Close()
	}
}
