//go:build linux && !nopoll && !386

package http1

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

func TestConnectionThatComesBackIsNotTheOldest(t *testing.T) {
	evicted := 0
	i := NewIdleConns(2, func(net.Addr) { evicted++ })
	first, second, third := newWatched(t), newWatched(t), newWatched(t)
	i.ConnState(first, http.StateNew)
	i.ConnState(second, http.StateNew)
	i.ConnState(first, http.StateActive)
	i.ConnState(first, http.StateIdle)
	i.ConnState(third, http.StateNew)
	if first.closed || !second.closed || third.closed {
		t.Errorf("closed are: the first %v, the second %v, the third %v", first.closed, second.closed, third.closed)
	}
	if evicted != 1 {
		t.Errorf("%d are closed because of the limit, want 1", evicted)
	}
	i.ConnState(second, http.StateClosed)
	i.Close()
	if !first.closed || !third.closed {
		t.Error("not all are closed in the end")
	}
	late := newWatched(t)
	if i.ConnState(late, http.StateNew); !late.closed {
		t.Error("one that comes after the end stays open")
	}
	if evicted != 1 {
		t.Errorf("%d are closed because of the limit, want 1 still", evicted)
	}
}

// watched is a connection that knows whether it was closed.
type watched struct {
	net.Conn
	closed bool
}

func newWatched(t *testing.T) *watched {
	conn, other := net.Pipe()
	t.Cleanup(func() {
		conn.Close()
		other.Close()
	})
	return &watched{Conn: conn}
}

func (w *watched) Close() error {
	w.closed = true
	return w.Conn.Close()
}

// A connection begins and ends to wait in order, whatever goroutine sends its
// responses.
func TestIdleConnsOfHeldResponses(t *testing.T) {
	o := options(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "a")
		w.(*Response).Hold(func() bool { return false })
		go w.(*Response).Send() // ends at once
	})
	o.Idle = NewIdleConns(0, nil)
	s := run(t, o)
	c := dial(t, s)
	for range 500 { // the next request comes while the answer is being noted
		c.send(getOf("/?a"))
		c.want(200, "a")
	}
	c.Close()
	waiting := func() (order, place int) {
		o.Idle.mu.Lock()
		defer o.Idle.mu.Unlock()
		return o.Idle.order.Len(), len(o.Idle.place)
	}
	for deadline := time.Now().Add(wiretest.Patience); ; time.Sleep(time.Millisecond) {
		order, place := waiting()
		if order == 0 && place == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d and %d are left of one connection", order, place)
		}
	}
}
