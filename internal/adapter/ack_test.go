package adapter_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// acknowledged is what an acknowledgement function is called with.
type acknowledged struct {
	args []any
	err  error
}

// ackTo returns such a function, and what waits for its call.
func ackTo(t *testing.T) (func([]any, error), func() acknowledged) {
	calls := make(chan acknowledged, 8)
	return func(args []any, err error) { calls <- acknowledged{args, err} }, func() acknowledged {
		t.Helper()
		select {
		case a := <-calls:
			return a
		case <-time.After(wiretest.Patience):
			t.Fatal("the acknowledgement function is not called")
		}
		panic("unreachable")
	}
}

// request reads the event "ask" and returns the id of its acknowledgement.
func request(t *testing.T, p *wiretest.Peer) (id int) {
	t.Helper()
	m := p.Next(t)
	if n, err := fmt.Sscanf(m.Payload, `42%d["ask","what"]`, &id); n != 1 || err != nil {
		t.Fatalf("%q is not the event with an id", m.Payload)
	}
	return id
}

func TestBroadcastIsAcknowledgedByAll(t *testing.T) {
	f := serve(t, 3)
	f.socket(t, f.peers[0]).Join("x")
	f.socket(t, f.peers[1]).Join("x")
	ack, called := ackTo(t)
	f.io.To("x").Timeout(time.Minute).Emit("ask", "what", ack)
	for i, p := range f.peers[:2] {
		p.Send(t, fmt.Sprintf(`43%d["answer %d"]`, request(t, p), i))
	}
	a := called()
	if a.err != nil || len(a.args) != 2 {
		t.Errorf("acknowledged with %v, %v; want both answers", a.args, a.err)
	}
	f.io.Emit("hi", 1)
	if got := f.who(t); got != "abc" {
		t.Errorf("the third, whom nobody asked, got something: %q", got)
	}
}

func TestBroadcastThatNobodyGetsIsAcknowledgedAtOnce(t *testing.T) {
	f := serve(t, 1)
	ack, called := ackTo(t)
	f.io.To("nowhere").Timeout(time.Minute).Emit("ask", "what", ack)
	if a := called(); a.err != nil || len(a.args) != 0 {
		t.Errorf("acknowledged with %v, %v", a.args, a.err)
	}
}

func TestBroadcastThatSomeDoNotAcknowledgeTimesOut(t *testing.T) {
	f := serve(t, 2)
	ack, called := ackTo(t)
	f.io.Timeout(300*time.Millisecond).Emit("ask", "what", ack)
	request(t, f.peers[0])
	f.peers[1].Send(t, fmt.Sprintf(`43%d["answer"]`, request(t, f.peers[1])))
	if a := called(); a.err == nil || !slices.Equal(a.args, []any{"answer"}) {
		t.Errorf("acknowledged with %v, %v; want one answer and an error", a.args, a.err)
	}
}

func TestAcknowledgementsThatNobodyWaitsFor(t *testing.T) {
	f := serve(t, 1)
	ack, called := ackTo(t)
	f.io.Timeout(time.Minute).Emit("ask", "what", ack)
	p := f.peers[0]
	id := request(t, p)
	p.Send(t, `43999["never asked"]`, `43["no id"]`, fmt.Sprintf(`43%d["first"]`, id), fmt.Sprintf(`43%d["second"]`, id))
	if a := called(); a.err != nil || !slices.Equal(a.args, []any{"first"}) {
		t.Errorf("acknowledged with %v, %v", a.args, a.err)
	}
	f.io.Emit("hi", 1)
	if got := f.who(t); got != "a" {
		t.Errorf("the client got %q", got)
	}
}
