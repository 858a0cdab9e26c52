package engine

// sendQueue holds the packets a transport has not taken yet, first in, first
// out. Its owner bounds it.
type sendQueue struct {
	packets []*Packet
	head    int
	bytes   int
}

func (q *sendQueue) empty() bool { return q.head == len(q.packets) }
func (q *sendQueue) len() int    { return len(q.packets) - q.head }

func (q *sendQueue) push(p *Packet) {
	if q.head > 0 && len(q.packets) == cap(q.packets) {
		// A queue that never empties must not grow by what has left it.
		n := copy(q.packets, q.packets[q.head:])
		clear(q.packets[n:])
		q.packets, q.head = q.packets[:n], 0
	}
	q.packets = append(q.packets, p)
	q.bytes += p.Size()
}

func (q *sendQueue) pop() *Packet {
	p := q.packets[q.head]
	q.packets[q.head] = nil
	q.head++
	q.bytes -= p.Size()
	if q.empty() {
		q.reset()
	}
	return p
}

// keepCapacity is the size up to which an emptied queue keeps its memory.
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
func (q *sendQueue) takeAll() []*Packet {
	all := q.packets[q.head:]
	*q = sendQueue{}
	return all
}

// take removes packets from the front, at least one, and returns their
// WebSocket frames as one run of bytes. When the bytes stand in a shared
// buffer it is returned too, to be recycled after use.
func (q *sendQueue) take(to framing) (chunk []byte, shared *[]byte) {
	first := q.pop().frameFor(to)
	if q.empty() || len(first)+q.packets[q.head].Size() > coalesceSize {
		return first, nil
	}
	shared = coalesceBuffers.Get().(*[]byte)
	chunk = append(*shared, first...)
	for !q.empty() && len(chunk)+q.packets[q.head].Size() <= coalesceSize {
		chunk = append(chunk, q.pop().frameFor(to)...)
	}
	*shared = chunk
	return chunk, shared
}
