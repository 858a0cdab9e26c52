package engine

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// model is a queue as naive as can be.
type model []*packet.Packet

func (m *model) pop() *packet.Packet {
	p := (*m)[0]
	*m = (*m)[1:]
	return p
}

func (m model) bytes() (n int) {
	for _, p := range m {
		n += p.Size()
	}
	return n
}

// compare holds a queue against the model.
func (m model) compare(t *testing.T, q *sendQueue) {
	t.Helper()
	if q.len() != len(m) || q.empty() != (len(m) == 0) || q.bytes != m.bytes() {
		t.Fatalf("%d packets of %d bytes, empty: %v; want %d of %d", q.len(), q.bytes, q.empty(), len(m), m.bytes())
	}
}

func TestQueueIsFirstInFirstOut(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var q sendQueue
	var m model
	for i := range 20_000 {
		switch n := random.IntN(100); {
		case n < 52:
			p := text(strings.Repeat("x", random.IntN(40)) + fmt.Sprint(i))
			q.push(p)
			m = append(m, p)
		case n < 98:
			if len(m) > 0 {
				if got, want := q.pop(), m.pop(); got != want {
					t.Fatalf("after %d operations: popped %p, want %p", i, got, want)
				}
			}
		default:
			all := q.takeAll()
			if len(all) != len(m) {
				t.Fatalf("took %d packets, want %d", len(all), len(m))
			}
			for j := range all {
				if all[j] != m[j] {
					t.Fatalf("packet %d of all is %p, want %p", j, all[j], m[j])
				}
			}
			m = nil
		}
		m.compare(t, &q)
	}
}

func TestQueueThatNeverEmptiesDoesNotGrow(t *testing.T) {
	var q sendQueue
	for range 10 {
		q.push(noopPacket)
	}
	for range 100_000 {
		q.push(noopPacket)
		q.pop()
	}
	if got := cap(q.packets); got > 64 {
		t.Errorf("a queue of %d packets holds room for %d", q.len(), got)
	}
}

func TestQueueForgetsWhatHasLeft(t *testing.T) {
	var q sendQueue
	for range 12 {
		q.push(noopPacket)
	}
	for range 11 {
		q.pop()
	}
	for i, p := range q.packets[:q.head] {
		if p != nil {
			t.Errorf("the queue still refers to packet %d, which has left", i)
		}
	}
	q.push(noopPacket) // moves what is left to the front
	for q.head > 0 {
		q.push(noopPacket)
	}
	for i, p := range q.packets[len(q.packets):cap(q.packets)] {
		if p != nil {
			t.Errorf("the queue still refers to a packet %d behind its end", i)
		}
	}
	for !q.empty() {
		q.pop()
	}
	if len(q.packets) != 0 || q.head != 0 {
		t.Errorf("an empty queue begins at %d of %d", q.head, len(q.packets))
	}
}

func TestEmptiedQueueGivesLargeMemoryBack(t *testing.T) {
	var q sendQueue
	for range keepCapacity + 1 {
		q.push(noopPacket)
	}
	for !q.empty() {
		q.pop()
	}
	if q.packets != nil {
		t.Errorf("room for %d packets is kept", cap(q.packets))
	}
}

// packetsOf makes a queue of text packets of the given sizes.
func packetsOf(sizes ...int) (q sendQueue, payloads []string) {
	for i, size := range sizes {
		payload := strings.Repeat(string(rune('a'+i%26)), size)
		payloads = append(payloads, "4"+payload)
		q.push(text(payload))
	}
	return q, payloads
}

func TestTakenPacketsShareAWrite(t *testing.T) {
	const half = coalesceSize / 2
	for _, row := range []struct {
		name  string
		sizes []int
		want  []int // packets in each chunk
	}{
		{"one packet goes alone", []int{10}, []int{1}},
		{"small ones share", []int{10, 20, 30, 0}, []int{4}},
		{"a large one goes alone", []int{2 * coalesceSize}, []int{1}},
		{"a large one first", []int{2 * coalesceSize, 10, 10}, []int{1, 2}},
		{"a large one in the middle", []int{10, 10, 2 * coalesceSize, 10, 10}, []int{2, 1, 2}},
		{"two that are too much together", []int{half + 100, half + 100}, []int{1, 1}},
		{"as many as fit", []int{half, half / 4, half / 4, half / 4, half / 4}, []int{4, 1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			q, payloads := packetsOf(row.sizes...)
			for _, n := range row.want {
				chunk, shared := q.take(packet.Framing{Revision: packet.Revision4})
				if (shared != nil) != (n > 1) {
					t.Errorf("a chunk of %d packets: shared buffer %v", n, shared != nil)
				}
				if n > 1 && len(chunk) > coalesceSize {
					t.Errorf("a shared chunk has %d bytes, want at most %d", len(chunk), coalesceSize)
				}
				r := bytes.NewReader(chunk)
				for range n {
					f, err := wiretest.ReadFrame(r)
					if err != nil || f.Payload != payloads[0] {
						t.Fatalf("frame of %d bytes (%v), want %d", len(f.Payload), err, len(payloads[0]))
					}
					payloads = payloads[1:]
				}
				if r.Len() > 0 {
					t.Errorf("%d bytes behind the last frame", r.Len())
				}
				releaseShared(shared)
			}
			if !q.empty() || q.bytes != 0 {
				t.Errorf("%d packets of %d bytes are left", q.len(), q.bytes)
			}
		})
	}
}

func TestTakenPacketsAreInTheReceiversForm(t *testing.T) {
	var q sendQueue
	for range 3 {
		q.push(message("\x01\x02\x03", true))
	}
	chunk, shared := q.take(packet.Framing{Revision: packet.Revision3, TextOnly: true})
	defer releaseShared(shared)
	if want := strings.Repeat("\x81\x06b4AQID", 3); string(chunk) != want {
		t.Errorf("% x, want % x", chunk, want)
	}
}
