package engine

import (
	"time"

	"signaling/internal/packet"
)

// heartbeat is a session's one timer. In revision 4 the server pings and waits
// for the pong; in revision 3 the client pings and the server only waits.
// The session's mu guards it.
type heartbeat struct {
	timer *time.Timer
	ping  pingState
}

// pingState is what a session of revision 4 waits for.
type pingState uint8

const (
	pingDue      pingState = iota // the time to ping; in revision 3, the client's ping
	pongDue                       // the pong
	pongDueAlive                  // the pong; another packet has extended the wait, which it does once
)

// startHeartbeat begins when the session opens.
func (s *Session) startHeartbeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := s.srv.opts.PingInterval
	if s.revision == packet.Revision3 {
		wait += s.srv.opts.PingTimeout
	}
	s.heartbeat.timer = time.AfterFunc(wait, s.heartbeatDue)
}

func (h *heartbeat) stop() {
	if h.timer != nil {
		h.timer.Stop()
	}
}

// heartbeatDue is called when the wait is over: it is time to ping, or the
// client has been silent for too long.
func (s *Session) heartbeatDue() {
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return
	}
	h := &s.heartbeat
	if s.revision == packet.Revision4 && h.ping == pingDue {
		h.ping = pongDue
		h.timer.Reset(s.srv.opts.PingTimeout)
		s.mu.Unlock()
		s.Send(pingPacket)
		return
	}
	// A client whose packet is being handled right now is alive, and the pong
	// may be the next thing it has sent.
	if !s.receiving.TryLock() {
		h.timer.Reset(s.srv.opts.PingTimeout)
		s.mu.Unlock()
		return
	}
	s.receiving.Unlock()
	s.mu.Unlock()
	s.Abort(PingTimeout)
}

// refreshHeartbeat notes that a packet of type t has come from the client. It
// reports whether the session is open.
func (s *Session) refreshHeartbeat(t packet.Type) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return false
	}
	h := &s.heartbeat
	switch {
	case s.revision == packet.Revision3:
		if t == packet.Ping {
			h.timer.Reset(s.srv.opts.PingInterval + s.srv.opts.PingTimeout)
		}
	case t == packet.Pong:
		h.ping = pingDue
		h.timer.Reset(s.srv.opts.PingInterval)
	case h.ping == pongDue:
		h.ping = pongDueAlive
		h.timer.Reset(s.srv.opts.PingTimeout)
	}
	return true
}
