package engine

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"signaling/internal/wiretest"
)

// senders is how many goroutines send at once, each of them perSender packets.
const (
	senders   = 8
	perSender = 500
)

// numbered is packet i of a sender, of various lengths: some are longer than
// what shares a write.
func numbered(sender, i int) string {
	length := (i * 37) % 200
	if i%97 == 0 {
		length = 40_000
	}
	return fmt.Sprintf("%d %d %s", sender, i, strings.Repeat("x", length))
}

// ledger checks that what each sender sent arrives once and in order.
type ledger struct {
	next [senders]int
	left int
}

func newLedger() *ledger { return &ledger{left: senders * perSender} }

// enter takes one message, without its type.
func (l *ledger) enter(payload string) error {
	var sender, i int
	if _, err := fmt.Sscanf(payload, "%d %d ", &sender, &i); err != nil {
		return fmt.Errorf("%.50q: %w", payload, err)
	}
	if want := l.next[sender]; i != want {
		return fmt.Errorf("sender %d: message %d came when %d was due", sender, i, want)
	}
	if payload != numbered(sender, i) {
		return fmt.Errorf("sender %d: message %d is damaged", sender, i)
	}
	l.next[sender]++
	l.left--
	return nil
}

// sendAll lets all senders send to s, half of them in batches.
func sendAll(s *Session) *sync.WaitGroup {
	var all sync.WaitGroup
	for sender := range senders {
		all.Go(func() {
			var b Batch
			for i := range perSender {
				p := text(numbered(sender, i))
				if sender%2 == 0 {
					s.Send(p)
					continue
				}
				if b.Send(s, p); i%7 == 0 {
					b.Flush()
				}
			}
			b.Flush()
		})
	}
	return &all
}

func TestEverySendersOrderIsKeptOverWebSocket(t *testing.T) {
	opts := options()
	opts.MaxQueueBytes, opts.MaxQueuePackets = 64<<20, senders*perSender
	f := serve(t, opts, hooks{})
	w, s := f.ws(t)
	all := sendAll(s)
	for l := newLedger(); l.left > 0; {
		if err := l.enter(w.Next(t).Payload[1:]); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
}

func TestEverySendersOrderIsKeptOverPolling(t *testing.T) {
	opts := options()
	opts.MaxQueueBytes, opts.MaxQueuePackets = 64<<20, senders*perSender
	f := serve(t, opts, hooks{})
	p, s := f.polling(t)
	all := sendAll(s)
	for l := newLedger(); l.left > 0; {
		for _, packet := range wiretest.Split(p.Get(t).Body) {
			if err := l.enter(packet[1:]); err != nil {
				t.Fatal(err)
			}
		}
	}
	all.Wait()
}

func TestPacketsOfOneSendStayTogether(t *testing.T) {
	f := serve(t, options(), hooks{})
	w, s := f.ws(t)
	const pairs = 300
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range pairs {
				s.Send(text("head"), message("tail", true))
				s.Send(text("single"))
			}
		})
	}
	for range 4 * pairs * 2 {
		if f := w.Next(t); f.Payload == "4head" {
			w.WantBinary(t, "tail")
		} else if f.Payload != "4single" {
			t.Fatalf("%q comes where a packet begins", f.Payload)
		}
	}
	all.Wait()
}

func TestBatchWritesAtFlush(t *testing.T) {
	f := serve(t, options(), hooks{})
	w, s := f.ws(t)
	var b Batch
	b.Send(s, text("a"))
	b.Send(s, text("b"))
	if s.Writable() {
		t.Error("nothing waits on the session before the flush")
	}
	b.Flush()
	w.Want(t, "4a", "4b")
	eventually(t, "the session is writable", s.Writable)
	if len(b.waiting) != 0 {
		t.Errorf("%d sessions wait after the flush", len(b.waiting))
	}
}

func TestSendTakesWhatABatchHasQueuedAlong(t *testing.T) {
	f := serve(t, options(), hooks{})
	w, s := f.ws(t)
	var b Batch
	b.Send(s, text("batched"))
	s.Send(text("sent"))
	w.Want(t, "4batched", "4sent")
	b.Send(s, text("again"))
	b.Flush()
	w.Want(t, "4again")
}

func TestBatchesOfSeveralSendersOnOneSession(t *testing.T) {
	f := serve(t, options(), hooks{})
	w, s := f.ws(t)
	var one, two Batch
	one.Send(s, text("a"))
	two.Send(s, text("b"))
	one.Send(s, text("c"))
	two.Flush()
	w.Want(t, "4a", "4b", "4c")
	one.Flush()
	one.Send(s, text("d"))
	one.Flush()
	w.Want(t, "4d")
}

func TestBatchMayHoldManySessions(t *testing.T) {
	f := serve(t, options(), hooks{})
	var b Batch
	clients := make([]*wiretest.WebSocket, 40)
	for i := range clients {
		var s *Session
		clients[i], s = f.ws(t)
		b.Send(s, text("a"))
	}
	b.Flush()
	for _, w := range clients {
		w.Want(t, "4a")
	}
}

func TestNothingIsTakenAfterTheEnd(t *testing.T) {
	f := serve(t, options(), hooks{})
	w, s := f.ws(t)
	s.Close()
	s.Send(text("late"))
	var b Batch
	b.Send(s, text("late too"))
	b.Flush()
	if m, err := w.Message(); err == nil {
		t.Errorf("%q is sent after the end", m.Payload)
	}
	if s.Open() || s.Writable() {
		t.Errorf("open %v, writable %v after the end", s.Open(), s.Writable())
	}
}
