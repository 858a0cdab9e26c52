package http1

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"signaling/internal/limit"
	"signaling/internal/netpoll"
)

// Server stands before a http.Server: it takes the connections of a listener and
// serves the requests it can, at a fraction of the cost. A connection whose next
// request is anything else is accepted by the http.Server, whose listener a
// Server is. It is safe for concurrent use.
type Server struct {
	// immutable
	opts     Options
	listener net.Listener
	passed   chan net.Conn // for Accept
	closed   chan struct{}
	close    func() error
	group    netpoll.Group

	mu sync.Mutex
	// guarded by mu
	conns map[*conn]struct{} // those that are served here
	over  bool               // no connection is taken any more
}

// Options configures a Server. All fields but Layer and Idle must be set.
type Options struct {
	// FastPath returns the handler of requests to the path, if they need nothing
	// of net/http's but what a http.ResponseWriter is for; else nil. Those with
	// more than limit bytes of body are left to net/http all the same. The
	// ResponseWriter that the handler gets is a *Response.
	FastPath func(path string) (h http.Handler, limit int64)
	// Layer puts something between the connections and HTTP: it returns the
	// Acceptor that takes what is accepted, and passes connections of its own on to
	// a. See netpoll.AcceptedConn. nil: nothing is there.
	Layer func(a netpoll.Acceptor) netpoll.Acceptor
	// Idle bounds how many connections wait for a request; nil: nothing does.
	Idle *IdleConns
	// Exhausted is called when the process may open no more descriptors. It may
	// wait, and reports whether accepting is to be tried again at once.
	Exhausted func() bool
	// Full is the response, as it is, to a request that is for net/http if the
	// process has no descriptor for that.
	Full []byte

	HeaderBytes int // the most that is read here of a request's head

	// Timeouts.Header counts from accepting a connection to its first request.
	Timeouts limit.Timeouts
	Log      *slog.Logger
}

// maxPassed is how many connections wait for Accept.
const maxPassed = 64

// NewServer returns a Server that listens on l, which it takes over. It fails,
// and l stays with the caller, where the system does not give what that needs:
// then net/http serves l alone.
func NewServer(l net.Listener, opts Options) (*Server, error) {
	s := &Server{
		opts: opts, listener: l,
		passed: make(chan net.Conn, maxPassed), closed: make(chan struct{}),
		conns: make(map[*conn]struct{}),
	}
	var a netpoll.Acceptor = acceptor{s}
	if opts.Layer != nil {
		a = opts.Layer(a)
	}
	accepting, err := s.group.Listen(l, a)
	if err != nil {
		s.group.Close()
		return nil, err
	}
	s.close = sync.OnceValue(func() error {
		close(s.closed)
		accepting.Close()
		s.group.Close()
		return l.Close()
	})
	return s, nil
}

// Accept returns the next connection with a request that is for net/http.
func (s *Server) Accept() (net.Conn, error) {
	select {
	case conn := <-s.passed:
		return conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

// Close ends listening. Connections that were accepted stay.
func (s *Server) Close() error { return s.close() }

// Addr returns the listener's address.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// answeredCheck is how often Shutdown looks whether it is done.
const answeredCheck = 5 * time.Millisecond

// Shutdown waits until no request is being served, or ctx is done; then it
// closes the connections that are left. The Server must be closed.
func (s *Server) Shutdown(ctx context.Context) {
	tick := time.NewTicker(answeredCheck)
	defer tick.Stop()
	for s.serving() {
		select {
		case <-tick.C:
			continue
		case <-ctx.Done():
		}
		break
	}
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	for _, c := range s.all() {
		c.Close()
	}
	for {
		select {
		case conn := <-s.passed: // nothing accepts it any more
			conn.Close()
		default:
			return
		}
	}
}

// serving reports whether there is a request whose response is not sent yet.
func (s *Server) serving() bool {
	for _, c := range s.all() {
		if c.isServing() {
			return true
		}
	}
	return false
}

// all returns the connections that are served here now.
func (s *Server) all() []*conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		all = append(all, c)
	}
	return all
}

// add adds a connection to those that are served here. It reports false after
// Shutdown.
func (s *Server) add(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.conns[c] = struct{}{}
	}
	return !s.over
}

// remove removes a connection. Its mu may be held.
func (s *Server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// pass gives a connection to Accept.
func (s *Server) pass(conn net.Conn, loop *netpoll.Loop) {
	select {
	case <-s.closed:
		conn.Close()
		return
	default:
	}
	select {
	case s.passed <- conn:
		return
	default:
	}
	loop.HandOver()
	select {
	case s.passed <- conn:
	case <-s.closed:
		conn.Close()
	}
}
