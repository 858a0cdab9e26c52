package server

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"signaling/internal/limit"
)

// WarnDescriptors logs a warning when the process may open fewer descriptors
// than it is to have sessions; 0 sessions is as many as come.
func WarnDescriptors(sessions int, log *slog.Logger) {
	if n, known := maxDescriptors(); known && n < uint64(sessions) {
		log.Warn("fewer file descriptors than -max-sessions: raise their hard limit (ulimit -Hn, LimitNOFILE=)",
			"descriptors", n, "max_sessions", sessions)
	}
}

// reserve is a listener that keeps one file descriptor in hand. When all
// others are used up it gives that one to the next client for as long as it
// takes to refuse it: else clients would wait in the system's queue for an
// answer that does not come, and the program would try to accept them all the
// time.
type reserve struct {
	net.Listener
	counts *limit.Counts

	mu   sync.Mutex
	file *os.File // guarded by mu; nil: there was none to be had
}

func newReserve(l net.Listener, counts *limit.Counts) *reserve {
	r := &reserve{Listener: l, counts: counts}
	r.file, _ = os.Open(os.DevNull) // tried again when it is needed
	return r
}

// Accept returns the next client that can be served.
func (r *reserve) Accept() (net.Conn, error) {
	for {
		conn, err := r.Listener.Accept()
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) {
			return conn, err
		}
		if !r.exhausted() {
			return nil, err // net/http tries again in a while
		}
	}
}

// exhausted refuses the next client, for whom there is no descriptor. It reports
// false when there is none in hand for that either.
func (r *reserve) exhausted() bool {
	if r.counts.Add(limit.Descriptors) {
		r.counts.Log(limit.Descriptors)
	}
	return r.refuse()
}

// Close closes the listener and what it has in hand.
func (r *reserve) Close() error {
	err := r.Listener.Close() // first: refuse may be waiting in Accept
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
	return err
}

// refusal is the answer to whom there is no descriptor for.
const refusal = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 41\r\n\r\n" +
	"the server is full: try again in a while\n"

// refusalTime is how long a client may take to send what is refused. The others
// wait meanwhile, in the system's queue.
const refusalTime = 20 * time.Millisecond

// refuse accepts one client with the descriptor in hand and sends it away. It
// reports false when there is none.
func (r *reserve) refuse() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return false
	}
	r.file.Close()
	if l, ok := r.Listener.(interface{ SetDeadline(time.Time) error }); ok {
		l.SetDeadline(time.Now().Add(refusalTime)) // the client may have left
		defer l.SetDeadline(time.Time{})
	}
	if conn, err := r.Listener.Accept(); err == nil {
		conn.SetDeadline(time.Now().Add(refusalTime))
		var request [4 << 10]byte
		conn.Read(request[:]) // unread, it would make the end a reset, which could overtake the answer
		conn.Write([]byte(refusal))
		conn.Close()
	}
	r.file, _ = os.Open(os.DevNull)
	return r.file != nil
}
