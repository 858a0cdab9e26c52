package engine

import (
	"time"

	"signaling/internal/packet"
)

// polling is the transport of a session whose client gets packets with one GET
// after the other, and sends its own with POSTs. How requests are served is in
// polling_get.go, polling_post.go and polling_response.go.
//
// After an upgrade polling is not the session's transport any more, but a POST
// may still be under way.
type polling struct {
	s *Session

	// guarded by the session's mu
	held       *poll       // the GET that waits for packets, if any
	final      *poll       // the GET whose answer ends the session, if any
	post       *post       // the POST whose body is being read, if any
	closeTimer *time.Timer // aborts a closing session that no poll comes for; nil: not started
}

// pollingCloseWait is how long a closing session waits for a poll to answer with
// the close packet.
const pollingCloseWait = 30 * time.Second

func (t *polling) name() string { return Polling }

var pollingUpgrades = []string{WebSocket}

func (t *polling) upgrades() []string { return pollingUpgrades }

func (t *polling) writableLocked() bool { return t.held != nil }

// flushAndUnlock answers the held poll with what is queued.
func (t *polling) flushAndUnlock() (overfull bool) {
	s := t.s
	var held *poll
	var packets []*packet.Packet
	if t.held != nil && !s.queue.empty() {
		held, packets = t.takePollLocked(), s.queue.takeAll()
	}
	overfull = s.overfullLocked()
	s.mu.Unlock()
	held.resume(packets...)
	return overfull
}

// closeLocked answers the held poll with what is queued and a close packet. If
// no poll is held it waits for one.
func (t *polling) closeLocked() (follow func()) {
	s := t.s
	if t.held == nil {
		t.closeTimer = time.AfterFunc(pollingCloseWait, func() { s.Abort(s.closeReason) })
		return nothing
	}
	final, packets := t.takeFinalPollLocked(), append(s.queue.takeAll(), closePacket)
	closed := s.becomeClosedLocked(s.closeReason)
	return func() {
		closed()
		final.resume(packets...)
	}
}

// abortLocked answers the held poll with a close packet, or with a noop if the
// client has sent such a packet. What is queued is lost.
func (t *polling) abortLocked(_ Reason, cause error) (follow func()) {
	t.s.queue = sendQueue{}
	final, last := t.takeFinalPollLocked(), closePacket
	if cause == errClosePacket {
		last = noopPacket
	}
	return func() { final.resume(last) }
}

// takePollLocked returns the held poll, if any, for the caller to resume when
// it does not hold mu.
func (t *polling) takePollLocked() *poll {
	held := t.held
	t.held = nil
	return held
}

// takeFinalPollLocked is takePollLocked for an answer that ends the session.
func (t *polling) takeFinalPollLocked() *poll {
	held := t.takePollLocked()
	if held != nil {
		t.final = held
	}
	return held
}

// stopLocked stops what is under way when the session becomes closed: the wait
// for a poll, and reading the body of a POST, which fails.
func (t *polling) stopLocked() (follow func()) {
	if t.closeTimer != nil {
		t.closeTimer.Stop()
	}
	if t.post == nil {
		return nothing
	}
	t.post.aborted = true
	return t.post.w.stopReading
}
