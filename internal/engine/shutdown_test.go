package engine

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

func TestDrainClosesSessionsAtAPace(t *testing.T) {
	const n = 20
	var closed atomic.Int64
	opts := options()
	opts.PingInterval = time.Hour
	inBubble(t, opts, hooks{closed: func(_ *Session, reason Reason) {
		if reason != ShuttingDown {
			t.Errorf("the reason is %q, want %q", reason, ShuttingDown)
		}
		closed.Add(1)
	}}, func(t *testing.T, b *bubble) {
		for range n {
			c, _ := b.ws(packet.Revision4)
			go io.Copy(io.Discard, c.conn) // ends with the connection
			defer c.conn.Close()
		}
		drained := make(chan struct{})
		go func() { // ends with the last session
			b.Drain(context.Background(), n*time.Second)
			close(drained)
		}()
		for second := range int64(n) {
			time.Sleep(time.Second)
			synctest.Wait()
			if got := closed.Load(); got < second || got > second+2 {
				t.Errorf("%d of %d are closed after %d seconds", got, n, second+1)
			}
		}
		time.Sleep(drainInterval)
		<-drained
		synctest.Wait()
		if got := closed.Load(); got != n {
			t.Errorf("%d of %d are closed in the end", got, n)
		}
	})
}

func TestDrainAtOnce(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	w, _ := f.ws(t)
	p, s := f.polling(t)
	poll := p.Hold(t)
	held(t, s)
	f.Drain(t.Context(), 0)
	w.WantClose(t, wiretest.NoCode)
	poll().Want(t, 200, "1")
	want(ShuttingDown)
	want(ShuttingDown)
	p.Must(t, "GET", target+Polling, "").Want(t, 503, "the server is closing: connect again in a moment\n")
}

func TestDrainEndsWithItsContext(t *testing.T) {
	f := serve(t, options(), hooks{})
	f.ws(t)
	_, s := f.ws(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.Drain(ctx, time.Hour)
	if !s.Open() {
		t.Error("a session is closed before its time")
	}
}

// What was sent before the end arrives before the end, however slow the client
// is to take it.
func TestWhatWasSentBeforeTheEndArrives(t *testing.T) {
	const n, size = 300, 10_000
	filler := strings.Repeat("x", size)
	sent := make([]string, n)
	for i := range sent {
		sent[i] = fmt.Sprintf("4%d %s", i, filler)
	}
	send := func(s *Session) {
		for _, p := range sent {
			s.Send(text(p[1:]))
		}
	}
	t.Run("over WebSocket", func(t *testing.T) {
		f := serve(t, options(), hooks{})
		w, s := f.ws(t)
		send(s)
		done := make(chan struct{})
		go func() { // ends when the client has read all
			f.Close()
			close(done)
		}()
		eventually(t, "the session is closed", func() bool { return !s.Open() })
		w.Want(t, sent...)
		w.WantClose(t, wiretest.NoCode)
		<-done
	})
	t.Run("over polling", func(t *testing.T) {
		f := serve(t, options(), hooks{})
		p, s := f.polling(t)
		send(s)
		done := make(chan struct{})
		go func() { // ends when the client has polled
			f.Close()
			close(done)
		}()
		eventually(t, "the session is closing", func() bool { return !s.Open() })
		p.Want(t, 200, strings.Join(sent, "\x1e"))
		<-done
	})
}
