package netpoll

import (
	"net"
	"net/netip"
	"runtime"
	"sync"
)

// Group is a set of pollers, GOMAXPROCS of them, which share the connections that
// are given to it. They start with the first connection or listener. The zero
// Group is ready to use; it must not be copied. It is safe for concurrent use.
type Group struct {
	mu sync.Mutex
	// guarded by mu
	pollers []*poller // nil: not started
	last    int       // index of the poller that got the last connection
	closed  bool
}

// NewConn returns a Conn for conn, which it takes over: one that a poller drives
// if conn is a *net.TCPConn, the system has what that needs and the Group is not
// closed; else one with a goroutine of its own. When the Conn is closed it calls
// closed, once.
func (g *Group) NewConn(conn net.Conn, closed func()) Conn {
	if c := newPolledConn(g, conn, closed); c != nil {
		return c
	}
	return newBlockingConn(conn, closed)
}

// Acceptor is given the connections that a Listener accepts.
type Acceptor interface {
	// Accepted takes over a connection, in the goroutine that runs loop: it calls
	// conn.Begin, or CloseNow.
	Accepted(loop *Loop, conn AcceptedConn, remote netip.AddrPort)
	// AcceptFailed is called when a connection could not be accepted. It may wait;
	// then accepting is tried again.
	AcceptFailed(err error)
}

// Listen gives the connections of l to a. The caller does not call l.Accept any
// more, and closes l after the Listener. Listen fails with errors.ErrUnsupported
// where the system has no poller, and for any l but a *net.TCPListener: the
// Accept of what wraps one would be bypassed.
func (g *Group) Listen(l net.Listener, a Acceptor) (*Listener, error) { return listen(g, l, a) }

// Close ends the pollers when the last connection and the last listener of
// theirs is closed. From then on NewConn gives each connection a goroutine, and
// Listen fails with net.ErrClosed.
func (g *Group) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for _, p := range g.pollers {
		p.close()
	}
}

// next returns the poller of another connection, which calls its release at the
// end.
func (g *Group) next() (*poller, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, net.ErrClosed
	}
	if g.pollers == nil {
		all, err := startPollers(runtime.GOMAXPROCS(0))
		if err != nil {
			return nil, err
		}
		g.pollers = all
	}
	g.last = (g.last + 1) % len(g.pollers)
	p := g.pollers[g.last]
	p.retain()
	return p, nil
}

// startPollers starts n pollers, or none.
func startPollers(n int) (all []*poller, err error) {
	for range n {
		p, err := startPoller()
		if err != nil {
			for _, p := range all {
				p.close()
			}
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}
