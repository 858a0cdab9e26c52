package http1

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// IdleConns is the set of connections that wait for a request, their first or the
// next, of a Server and of the http.Server behind it. When there are more than its
// limit it evicts the one that has waited longest: a client that opens connections
// and sends nothing, or a byte at a time, loses its own to those that are used. It
// is safe for concurrent use.
type IdleConns struct {
	// immutable
	limit   int // 0: none
	evicted func(remote net.Addr)

	mu sync.Mutex
	// guarded by mu
	order  list.List // of idleConn, the longest first
	place  map[idleConn]*list.Element
	closed bool // connections that come to wait are closed
}

// idleConn is a connection that may wait for a request.
type idleConn interface {
	Close() error
	RemoteAddr() net.Addr
}

// NewIdleConns returns an IdleConns without connections. A limit of 0 is none.
// evicted is called for every connection that is closed because of the limit.
func NewIdleConns(limit int, evicted func(remote net.Addr)) *IdleConns {
	return &IdleConns{limit: limit, evicted: evicted, place: make(map[idleConn]*list.Element)}
}

// ConnState is the http.Server's hook of that name. A connection is StateNew, or
// StateIdle, until the whole header of its next request has come in.
func (i *IdleConns) ConnState(conn net.Conn, state http.ConnState) {
	if state == http.StateNew || state == http.StateIdle {
		i.add(conn).close()
	} else {
		i.remove(conn)
	}
}

// Close closes all that wait, and those that come to wait from then on.
func (i *IdleConns) Close() {
	i.mu.Lock()
	i.closed = true
	place := i.place
	i.place = nil
	i.order.Init()
	i.mu.Unlock()
	for conn := range place {
		conn.Close()
	}
}

// surplus is a connection that an IdleConns closes, if any.
type surplus struct {
	conn    idleConn              // nil: none
	evicted func(remote net.Addr) // nil: it is not closed because of the limit
}

// close closes the connection. The caller holds no lock.
func (s surplus) close() {
	if s.conn == nil {
		return
	}
	if s.evicted != nil {
		s.evicted(s.conn.RemoteAddr())
	}
	s.conn.Close()
}

// add notes that a connection waits. It returns the one that is to be closed for
// that; after Close that is the connection itself. A nil IdleConns notes nothing.
func (i *IdleConns) add(conn idleConn) surplus {
	if i == nil {
		return surplus{}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return surplus{conn: conn}
	}
	i.place[conn] = i.order.PushBack(conn)
	if i.limit == 0 || i.order.Len() <= i.limit {
		return surplus{}
	}
	first := i.order.Remove(i.order.Front()).(idleConn)
	delete(i.place, first)
	return surplus{first, i.evicted}
}

// remove notes that a connection does not wait any more.
func (i *IdleConns) remove(conn idleConn) {
	if i == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if e := i.place[conn]; e != nil {
		i.order.Remove(e)
		delete(i.place, conn)
	}
}
