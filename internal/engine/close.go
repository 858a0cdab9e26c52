package engine

import "time"

// pollingCloseWait is how long a closing session waits for a poll that can
// carry its close packet.
const pollingCloseWait = 30 * time.Second

// closeFrameWait is how long the client of an ended WebSocket session may take
// to answer the close frame.
const closeFrameWait = 10 * time.Second

// Close ends the session in an orderly way: what is queued is still written,
// then the transport is closed. The handler is told ForcedClose.
func (s *Session) Close() { s.closeFor(ForcedClose) }

// CloseFor ends the session at once, for a reason that the handler is told.
func (s *Session) CloseFor(reason Reason) { s.abandon(reason) }

// closeFor is Close for another reason.
func (s *Session) closeFor(reason Reason) {
	s.mu.Lock()
	if s.state != stateOpen {
		s.mu.Unlock()
		return
	}
	s.state, s.parting = stateClosing, reason
	if s.ws == nil {
		s.closePollingLocked()
		return
	}
	s.queue.push(closeFramePacket)
	if s.writing {
		s.mu.Unlock() // the writer goes on to the close frame
		return
	}
	s.writing = true
	s.writeLocked()
}

// closePollingLocked starts the end of a polling session. The caller holds mu;
// it unlocks.
func (s *Session) closePollingLocked() {
	if s.poll != nil {
		farewell, packets := s.farewellLocked(), append(s.queue.takeAll(), closePacket)
		s.finishLocked(s.parting)
		farewell.resume(packets...)
		return
	}
	s.closeWait = time.AfterFunc(pollingCloseWait, func() { s.abandon(s.parting) })
	s.mu.Unlock()
}

// drainedLocked goes on with a close that waited for the queue to be written.
// The caller holds mu; it unlocks.
func (s *Session) drainedLocked() {
	if s.state == stateClosing {
		s.finishLocked(s.parting)
		return
	}
	s.mu.Unlock()
}

// abandon ends the session at once, for reason. A held poll is answered with a
// close packet; a WebSocket is sent a close frame if it can still take one.
func (s *Session) abandon(reason Reason) { s.end(reason, closePacket, closeFramePacket) }

// end ends the session at once, for reason: a held poll is answered with last,
// a WebSocket gets frame behind what is queued already.
func (s *Session) end(reason Reason, last, frame *Packet) {
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return
	}
	if s.state == stateClosing {
		reason = s.parting // whichever way the connection ends now
	}
	farewell := s.farewellLocked()
	ws := s.ws
	switch {
	case ws == nil:
		s.queue = sendQueue{}
	case reason == SlowConsumer:
		s.queue = sendQueue{}
		ws.CloseNow() // it may hold half a frame: nothing can follow that
	case s.state == stateOpen: // else its close frame stands there already
		s.queue.push(frame)
	}
	s.finishLocked(reason)
	farewell.resume(last)
	if ws == nil || reason == SlowConsumer {
		return
	}
	s.mu.Lock()
	if s.writing {
		s.mu.Unlock() // the writer goes on to the close frame
		return
	}
	s.writing = true
	s.writeLocked()
}

// farewellLocked returns the held poll, if any, the session's last: the caller
// answers it when it does not hold mu.
func (s *Session) farewellLocked() *poll {
	held := s.takePollLocked()
	if held != nil {
		s.farewell = held
	}
	return held
}

// finishLocked makes the session closed and owes the handler its Closed. The
// caller holds mu; it unlocks.
func (s *Session) finishLocked(reason Reason) {
	s.state = stateClosed
	s.heartbeat.stop()
	if s.closeWait != nil {
		s.closeWait.Stop()
	}
	reading := s.post
	if reading != nil {
		reading.aborted = true
	}
	if s.ws != nil {
		s.ws.StopAfter(closeFrameWait)
	}
	probing := s.probing
	s.mu.Unlock()
	if probing != nil {
		probing.Stop()
	}
	if reading != nil {
		reading.w.stopReading()
	}
	s.srv.remove(s)
	s.leave()
	// Ends when the handler has been told. It may take its time, and who ends
	// the session may have others to serve.
	go s.tellClosed(reason)
}

// tellClosed tells the handler that the session has ended, once the packet
// that is being handled, if any, is done with.
func (s *Session) tellClosed(reason Reason) {
	s.receiving.Lock()
	defer s.receiving.Unlock()
	s.srv.handler.Closed(s, reason)
}
