package engine

import (
	"errors"
	"os"
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
	if s.writing && !s.fullLocked() {
		return false // the writer looks at the queue again
	}
	s.batch = b
	return true
}

func (s *Session) fullLocked() bool {
	return s.queue.bytes > s.srv.opts.MaxQueueBytes || s.queue.len() > s.srv.opts.MaxQueuePackets
}

// flush gives the queue to the transport: the held GET, or the WebSocket as
// far as the kernel takes it. A queue over its bound that does not move ends
// the session.
func (s *Session) flush() {
	var held *poll
	var packets []*Packet
	s.mu.Lock()
	s.batch = nil
	switch {
	case s.ws == nil && s.poll != nil && !s.queue.empty():
		held, packets = s.takePollLocked(), s.queue.takeAll()
	case s.ws == nil:
	case !s.writing && !s.queue.empty():
		s.writing = true
		s.writeLocked()
		return
	}
	full := s.fullLocked()
	s.mu.Unlock()
	held.resume(packets...)
	if full {
		s.abandon(SlowConsumer)
	}
}

// coalesceSize is how much of a queue one write takes: a frame larger than
// that goes alone, smaller ones share.
const coalesceSize = 32 << 10

var coalesceBuffers = sync.Pool{New: func() any { b := make([]byte, 0, coalesceSize); return &b }}

// writeLocked writes the queue to the WebSocket until it is empty or the
// kernel's buffer is full; then the link writes on when there is room. The
// caller holds mu and has set writing; writeLocked unlocks.
func (s *Session) writeLocked() {
	ws := s.ws
	for {
		if s.queue.empty() {
			s.writing = false
			s.drainedLocked()
			return
		}
		chunk, shared := s.queue.take(s.framingLocked())
		s.mu.Unlock()
		n, err := ws.TryWrite(chunk)
		if err != nil {
			recycle(shared)
			s.writeFailed(ws, err)
			return
		}
		if n < len(chunk) {
			ws.WriteRest(chunk[n:], s.srv.opts.WriteTimeout, func(err error) {
				recycle(shared)
				if err != nil {
					s.writeFailed(ws, err)
					return
				}
				s.mu.Lock()
				s.writeLocked()
			})
			return
		}
		recycle(shared)
		s.mu.Lock()
	}
}

// framingLocked returns what the WebSocket takes. The caller holds mu.
func (s *Session) framingLocked() framing {
	return framing{s.revision, s.textOnly, s.srv.opts.DeflateAbove, s.ws.window}
}

// writeFailed ends the session whose connection took no more: the peer is
// gone, or has not read for as long as the write timeout.
func (s *Session) writeFailed(ws *wsConn, err error) {
	reason := TransportClose
	if errors.Is(err, os.ErrDeadlineExceeded) {
		reason = SlowConsumer
	}
	s.abandon(reason)
	ws.CloseNow()
	s.mu.Lock()
	s.queue, s.writing = sendQueue{}, false // nothing is owed any more
	s.mu.Unlock()
}

func recycle(shared *[]byte) {
	if shared != nil {
		*shared = (*shared)[:0]
		coalesceBuffers.Put(shared)
	}
}
