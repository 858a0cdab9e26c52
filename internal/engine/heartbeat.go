package engine

import "time"

// heartbeat is a session's one timer. In revision 4 the server pings and waits
// for the pong; in revision 3 the client pings and the server only waits.
// The session's mu guards it.
type heartbeat struct {
	timer     *time.Timer
	awaiting  bool // a ping is out (revision 4)
	refreshed bool // another packet has bought time since that ping
}

// startHeartbeat begins when the session opens.
func (s *Session) startHeartbeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := s.srv.opts.PingInterval
	if s.revision == Revision3 {
		wait += s.srv.opts.PingTimeout
	}
	s.heartbeat.timer = time.AfterFunc(wait, s.heartbeatDue)
}

func (h *heartbeat) stop() {
	if h.timer != nil {
		h.timer.Stop()
	}
}

// heartbeatDue runs when the timer does: time to ping, or too long without a pong.
func (s *Session) heartbeatDue() {
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return
	}
	if s.revision == Revision4 && !s.heartbeat.awaiting {
		s.heartbeat.awaiting, s.heartbeat.refreshed = true, false
		s.heartbeat.timer.Reset(s.srv.opts.PingTimeout)
		s.mu.Unlock()
		s.Send(pingPacket)
		return
	}
	// A client whose packet is being handled right now is alive, and the pong
	// may be the next thing it has sent.
	if !s.receiving.TryLock() {
		s.heartbeat.timer.Reset(s.srv.opts.PingTimeout)
		s.mu.Unlock()
		return
	}
	s.receiving.Unlock()
	s.mu.Unlock()
	s.Abort(PingTimeout)
}

// heard notes that the client is alive. It reports whether the session still
// takes packets.
func (s *Session) heard(t PacketType) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return false
	}
	h := &s.heartbeat
	switch {
	case s.revision == Revision3:
		if t == Ping {
			h.timer.Reset(s.srv.opts.PingInterval + s.srv.opts.PingTimeout)
		}
	case t == Pong:
		h.awaiting = false
		h.timer.Reset(s.srv.opts.PingInterval)
	case h.awaiting && !h.refreshed:
		h.refreshed = true
		h.timer.Reset(s.srv.opts.PingTimeout)
	}
	return true
}
