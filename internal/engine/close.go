package engine

// Close ends the session in an orderly way: what is queued is still written,
// then the transport is closed. The reason is ForcedClose.
func (s *Session) Close() { s.close(ForcedClose) }

// Abort ends the session at once. A client that polls loses what is queued; a
// WebSocket is written what is queued and a close frame, as far as the client
// takes it.
func (s *Session) Abort(reason Reason) { s.abort(reason, nil) }

// close is Close for another reason.
func (s *Session) close(reason Reason) {
	s.mu.Lock()
	if s.state != stateOpen {
		s.mu.Unlock()
		return
	}
	s.state, s.closeReason = stateClosing, reason
	follow := s.transport.closeLocked()
	s.mu.Unlock()
	follow()
}

// abort is Abort with a cause, see transport.abortLocked. A session that is
// closing ends for the reason it closes for, whichever way that comes about.
func (s *Session) abort(reason Reason, cause error) {
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return
	}
	if s.state == stateClosing {
		reason = s.closeReason
	}
	sendLast := s.transport.abortLocked(reason, cause)
	closed := s.becomeClosedLocked(reason)
	s.mu.Unlock()
	closed()
	sendLast()
}

// becomeClosedLocked makes the session closed. What it returns is to be called
// once, without mu: it stops what is under way for the session, removes it from
// the server and has the handler's Closed called.
func (s *Session) becomeClosedLocked(reason Reason) (follow func()) {
	s.state = stateClosed
	s.heartbeat.stop()
	stopPost, attempt := s.polling.stopLocked(), s.upgrade
	return func() {
		if attempt != nil {
			attempt.conn.Stop()
		}
		stopPost()
		s.srv.remove(s)
		s.releaseSlot()
		// Ends when Closed has returned. It may take long, and this goroutine may
		// have other clients to serve.
		go s.notifyClosed(reason)
	}
}

// notifyClosed calls the handler's Closed when the packet that is being
// handled, if any, is done with.
func (s *Session) notifyClosed(reason Reason) {
	s.receiving.Lock()
	defer s.receiving.Unlock()
	s.srv.handler.Closed(s, reason)
}
