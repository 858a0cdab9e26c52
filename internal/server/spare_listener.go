package server

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"signaling/internal/limit"
)

// spareListener is a listener that holds a spare file descriptor. When the
// process may open no more, it closes the spare one, accepts the next connection
// with it, answers 503, and takes the descriptor back. Without it clients would
// wait in the system's queue for an answer that does not come, and the program
// would try to accept them in a loop.
type spareListener struct {
	net.Listener
	counts *limit.Counts

	mu    sync.Mutex
	spare *os.File // guarded by mu; nil: none could be opened
}

func newSpareListener(l net.Listener, counts *limit.Counts) *spareListener {
	s := &spareListener{Listener: l, counts: counts}
	s.spare, _ = os.Open(os.DevNull) // tried again when it is needed
	return s
}

// Accept returns the next connection. Connections that the process has no
// descriptor for are answered 503 and not returned.
func (s *spareListener) Accept() (net.Conn, error) {
	for {
		conn, err := s.Listener.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			return conn, err
		}
		if !s.rejectNext() {
			return nil, err // net/http tries again after a while
		}
	}
}

// rejectNext answers 503 to the next connection and counts it. It is called when
// the process has no descriptor for that connection, and reports false if the
// spare one is missing too.
func (s *spareListener) rejectNext() bool {
	if s.counts.Add(limit.Descriptors) {
		s.counts.Log(limit.Descriptors)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spare == nil {
		return false
	}
	s.spare.Close()
	s.reject()
	s.spare, _ = os.Open(os.DevNull)
	return s.spare != nil
}

// unavailable is the response of rejectNext.
const unavailable = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 41\r\n\r\n" +
	"the server is full: try again in a while\n"

// rejectTimeout is how long a client may take to send the request that is
// rejected. The others wait meanwhile, in the system's queue.
const rejectTimeout = 20 * time.Millisecond

// reject accepts one connection, answers it and closes it.
func (s *spareListener) reject() {
	if l, ok := s.Listener.(interface{ SetDeadline(time.Time) error }); ok {
		l.SetDeadline(time.Now().Add(rejectTimeout)) // the client may have left
		defer l.SetDeadline(time.Time{})
	}
	conn, err := s.Listener.Accept()
	if err != nil {
		return
	}
	conn.SetDeadline(time.Now().Add(rejectTimeout))
	var request [4 << 10]byte
	conn.Read(request[:]) // unread bytes would make Close send a reset, which may overtake the answer
	conn.Write([]byte(unavailable))
	conn.Close()
}

// Close closes the listener and the spare descriptor.
func (s *spareListener) Close() error {
	err := s.Listener.Close() // first: rejectNext may hold mu in Accept
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spare != nil {
		s.spare.Close()
		s.spare = nil
	}
	return err
}
