package engine

import (
	"sync"

	"signaling/internal/netpoll"
)

// Send queues packets, in order and with nothing between them, and writes what
// can be written without waiting. A session that is closing or closed takes
// nothing. When the queue is full the session ends as a slow consumer.
func (s *Session) Send(packets ...*Packet) {
	if s.enqueue(nil, packets) {
		s.flush()
	}
}

// Batch collects sessions that have been sent something, so that packets which
// one reader handles together are written together. The zero Batch is ready.
// It belongs to one goroutine.
type Batch struct {
	waiting []*Session
	handled int           // packets since the last flush
	loop    *netpoll.Loop // who runs the reader; nil: nobody but this session needs it
}

// MayBlock must be called by a handler before it does something that may wait.
// It flushes the batch, so that others need not wait too.
func (b *Batch) MayBlock() {
	b.Flush()
	if b.loop != nil {
		b.loop.HandOver()
		b.loop = nil
	}
}

// maxHandled is how many packets may wait for the flush of a batch. It bounds
// what a reader that has much at once makes its receivers hold.
const maxHandled = 64

// step counts a handled packet and flushes when it is time.
func (b *Batch) step() {
	if b.handled++; b.handled >= maxHandled {
		b.Flush()
	}
}

// Send queues packets like Session.Send, and writes them at the next Flush. It
// only queues: it calls nobody and may be used with locks held.
func (b *Batch) Send(s *Session, packets ...*Packet) {
	if s.enqueue(b, packets) {
		b.waiting = append(b.waiting, s)
	}
}

// keepWaiting is the size up to which a flushed batch keeps its memory.
const keepWaiting = 16

// Flush writes what was sent through the batch, as far as that needs no
// waiting. Sessions whose queue stays too long end here.
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

// enqueue adds packets to the queue and reports whether the caller owes a
// flush: nobody is writing, and b, if any, has not promised one already.
func (s *Session) enqueue(b *Batch, packets []*Packet) bool {
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
		return false // the writer looks at the queue again
	}
	s.batch = b
	return true
}

// overfullLocked reports whether the queue exceeds its bounds.
func (s *Session) overfullLocked() bool {
	return s.queue.bytes > s.srv.opts.MaxQueueBytes || s.queue.len() > s.srv.opts.MaxQueuePackets
}

// flush gives the queue to the transport. A queue over its bound that does not
// move ends the session.
func (s *Session) flush() {
	s.mu.Lock()
	s.batch = nil
	if s.transport.flushAndUnlock() {
		s.Abort(SlowConsumer)
	}
}

// coalesceSize is how much of a queue one write takes: a frame larger than
// that goes alone, smaller ones share.
const coalesceSize = 32 << 10

var coalesceBuffers = sync.Pool{New: func() any { b := make([]byte, 0, coalesceSize); return &b }}

func recycle(shared *[]byte) {
	if shared != nil {
		*shared = (*shared)[:0]
		coalesceBuffers.Put(shared)
	}
}
