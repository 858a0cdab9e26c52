package http1

import (
	"errors"
	"net/netip"
	"syscall"
	"time"

	"signaling/internal/netpoll"
)

// acceptor is the netpoll.Acceptor of a Server.
type acceptor struct{ s *Server }

// Accepted takes a connection and serves what it has brought.
func (a acceptor) Accepted(loop *netpoll.Loop, accepted netpoll.AcceptedConn, remote netip.AddrPort) {
	c := &conn{server: a.s, conn: accepted, remote: remote}
	if !a.s.add(c) {
		accepted.CloseNow()
		return
	}
	accepted.Begin(loop, c)
	c.awaitFirst()
}

// retryAfter is how long accepting rests after an error.
const retryAfter = 5 * time.Millisecond

// AcceptFailed waits until accepting is worth another try.
func (a acceptor) AcceptFailed(err error) {
	if (errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)) && a.s.opts.Exhausted() {
		return
	}
	select {
	case <-time.After(retryAfter):
	case <-a.s.closed:
	}
}
