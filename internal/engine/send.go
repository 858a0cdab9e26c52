package engine

import (
	"signaling/internal/netpoll"
	"signaling/internal/packet"
)

// Send queues packets, in order and with nothing between them, and writes what
// can be written without waiting. A session that is closing or closed ignores
// them. A queue that has grown beyond its bounds ends the session with the
// reason SlowConsumer.
func (s *Session) Send(packets ...*packet.Packet) {
	if s.enqueue(nil, packets) {
		s.flush()
	}
}

// Batch collects sessions that have been sent something, so that packets which
// one reader handles together are written together. The zero Batch is ready.
// It belongs to one goroutine.
type Batch struct {
	waiting []*Session    // for Flush
	handled int           // packets since the last flush
	loop    *netpoll.Loop // what the goroutine runs; nil: it serves nobody but this session
}

// MayBlock must be called by a handler before it does something that may wait.
// It flushes the batch, and other clients that the goroutine has served are
// served by another one from then on.
func (b *Batch) MayBlock() {
	b.Flush()
	b.loop.HandOver()
	b.loop = nil
}

// maxHandled is how many packets are handled between two flushes of a batch. It
// bounds what a client that sends much at once adds to its receivers' queues.
const maxHandled = 64

// step counts a handled packet and flushes when it is time.
func (b *Batch) step() {
	if b.handled++; b.handled >= maxHandled {
		b.Flush()
	}
}

// Send queues packets like Session.Send; the next Flush writes them. It neither
// waits nor calls back, and may be called with locks held.
func (b *Batch) Send(s *Session, packets ...*packet.Packet) {
	if s.enqueue(b, packets) {
		b.waiting = append(b.waiting, s)
	}
}

// keepWaiting is up to how many sessions a flushed batch keeps the memory for.
const keepWaiting = 16

// Flush writes what was sent through the batch, as far as that needs no waiting.
// It ends sessions whose queues remain beyond their bounds.
func (b *Batch) Flush() {
	b.handled = 0
	for i, s := range b.waiting {
		s.flush()
		b.waiting[i] = nil
	}
	if b.waiting = b.waiting[:0]; cap(b.waiting) > keepWaiting {
		b.waiting = nil
	}
}

// enqueue adds packets to the queue and reports whether the caller must flush the
// session: the transport is not writing, and b, unless nil, will not flush it
// already.
func (s *Session) enqueue(b *Batch, packets []*packet.Packet) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != stateOpen {
		return false
	}
	for _, p := range packets {
		s.queue.push(p)
	}
	if b != nil && s.batch == b {
		return false
	}
	if s.writing && !s.overfullLocked() {
		return false // the transport will look at the queue again
	}
	s.batch = b
	return true
}

// overfullLocked reports whether the queue exceeds its bounds.
func (s *Session) overfullLocked() bool {
	return s.queue.bytes > s.srv.opts.MaxQueueBytes || s.queue.len() > s.srv.opts.MaxQueuePackets
}

// flush gives the queue to the transport. A queue that remains beyond its bounds,
// and is not being written, ends the session.
func (s *Session) flush() {
	s.mu.Lock()
	s.batch = nil
	if s.transport.flushAndUnlock() {
		s.Abort(SlowConsumer)
	}
}
