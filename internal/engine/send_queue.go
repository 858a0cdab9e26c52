package engine

import (
	"sync"

	"signaling/internal/packet"
)

// sendQueue holds the packets that a transport has not taken yet, first in, first
// out. It has no bound of its own: see Session.overfullLocked.
type sendQueue struct {
	packets []*packet.Packet
	head    int // of packets: the first one that is queued
	bytes   int // the size of all that are queued
}

func (q *sendQueue) empty() bool { return q.head == len(q.packets) }
func (q *sendQueue) len() int    { return len(q.packets) - q.head }

func (q *sendQueue) push(p *packet.Packet) {
	if q.head > 0 && len(q.packets) == cap(q.packets) {
		// The room of packets that were taken is used again.
		n := copy(q.packets, q.packets[q.head:])
		clear(q.packets[n:])
		q.packets, q.head = q.packets[:n], 0
	}
	q.packets = append(q.packets, p)
	q.bytes += p.Size()
}

func (q *sendQueue) pop() *packet.Packet {
	p := q.packets[q.head]
	q.packets[q.head] = nil
	q.head++
	q.bytes -= p.Size()
	if q.empty() {
		q.reset()
	}
	return p
}

// keepCapacity is up to how many packets an emptied queue keeps the memory for.
const keepCapacity = 16

func (q *sendQueue) reset() {
	q.head = 0
	if cap(q.packets) > keepCapacity {
		q.packets = nil
	} else {
		q.packets = q.packets[:0]
	}
}

// takeAll empties the queue and returns what it held.
func (q *sendQueue) takeAll() []*packet.Packet {
	all := q.packets[q.head:]
	*q = sendQueue{}
	return all
}

// take removes packets from the front, at least one, and returns their WebSocket
// frames as one run of bytes. If these are in a pooled buffer it is returned as
// shared, for releaseShared when they have been written.
func (q *sendQueue) take(to packet.Framing) (chunk []byte, shared *[]byte) {
	first := q.pop().Frame(to)
	if q.empty() || len(first)+q.packets[q.head].Size() > coalesceSize {
		return first, nil
	}
	shared = coalesceBuffers.Get().(*[]byte)
	chunk = append(*shared, first...)
	for !q.empty() && len(chunk)+q.packets[q.head].Size() <= coalesceSize {
		chunk = append(chunk, q.pop().Frame(to)...)
	}
	*shared = chunk
	return chunk, shared
}

// coalesceSize is how many bytes of a queue are written at once, unless a single
// frame is larger.
const coalesceSize = 32 << 10

var coalesceBuffers = sync.Pool{New: func() any { b := make([]byte, 0, coalesceSize); return &b }}

// releaseShared gives back the buffer of sendQueue.take, if there is one.
func releaseShared(shared *[]byte) {
	if shared != nil {
		*shared = (*shared)[:0]
		coalesceBuffers.Put(shared)
	}
}
