package engine

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

func TestCloseWritesWhatIsQueuedOnAWebSocket(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		c, s := b.ws(packet.Revision4)
		s.Send(text("a"))
		var batch Batch
		batch.Send(s, text("b"))
		s.Close()
		s.Send(text("late"))
		if s.Open() {
			t.Error("a session that is closing takes packets")
		}
		c.want("4a")
		c.want("4b")
		c.wantClose()
		want(ForcedClose)
		batch.Flush()
	})
}

// This side closed first: what the peer does meanwhile is not the reason.
func TestPeerThatClosesWhileTheSessionIsClosing(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(c *pipeClient)
	}{
		{"with a close frame", func(c *pipeClient) { c.conn.Write(wiretest.Bytes(wiretest.Frame{Op: wiretest.Close})) }},
		{"with the end of its stream", func(c *pipeClient) { c.conn.Close() }},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
				c, s := b.ws(packet.Revision4)
				s.Close() // the close frame waits for the peer to read it
				synctest.Wait()
				row.end(c)
				synctest.Wait()
				c.conn.Close()
				want(ForcedClose)
			})
		})
	}
}

func TestCloseIsAnsweredByTheEndOfTheConnection(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	w, s := f.ws(t)
	s.Close()
	if _, err := w.Message(); err == nil {
		t.Fatal("a message comes instead of a close frame")
	}
	if f, err := w.Read(); err != io.EOF {
		t.Errorf("after both close frames: %+v, %v; want the end of the stream", f, err)
	}
	want(ForcedClose)
}

func TestCloseOfAPollingSession(t *testing.T) {
	for _, row := range []struct {
		name string
		rev  packet.Revision
		want []string // what polls after the close bring
	}{
		{"in revision 4", packet.Revision4, []string{"4a", "6\x1e1"}},
		{"in revision 3", packet.Revision3, []string{"2:4a", "1:61:1"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
				s := b.polling(row.rev)
				s.Send(text("a"))
				s.Close()
				for _, answer := range row.want {
					if _, got := request(s, "GET", ""); got != answer {
						t.Errorf("the poll brings %q, want %q", got, answer)
					}
				}
				want(ForcedClose)
				if b.Count() != 0 {
					t.Error("the server still knows the session")
				}
			})
		})
	}
}

func TestCloseAnswersAHeldPoll(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		poll := hold(s)
		s.Close()
		if got := <-poll; got != "1" {
			t.Errorf("the poll brings %q, want a close packet", got)
		}
		want(ForcedClose)
	})
}

func TestCloseAnswersAHeldPollWithWhatABatchHasQueued(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		poll := hold(s)
		var batch Batch
		batch.Send(s, text("a"))
		s.Close()
		if got := <-poll; got != "4a\x1e1" {
			t.Errorf("the poll brings %q, want the packet and a close packet", got)
		}
		batch.Flush()
	})
}

func TestClosingPollingSessionThatIsNotPolledEnds(t *testing.T) {
	var clock clock
	ends := func(_ *Session, reason Reason) {
		clock.want(t, "the session ends as "+string(reason), 30)
		if reason != ForcedClose {
			t.Errorf("the reason is %q, want %q", reason, ForcedClose)
		}
	}
	opts := options()
	opts.PingInterval = time.Hour // or the heartbeat would be the end of it
	inBubble(t, opts, hooks{closed: ends}, func(t *testing.T, b *bubble) {
		clock = newClock()
		b.polling(packet.Revision4).Close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if b.Count() != 0 {
			t.Error("the server still knows the session after a minute")
		}
	})
}

func TestClosingSessionHandlesNoPackets(t *testing.T) {
	received := func(_ *Session, _ *Batch, data []byte, _ bool) { t.Errorf("received %q", data) }
	inBubble(t, options(), hooks{received: received}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		s.Close()
		if status, got := request(s, "POST", "4a"); status != 200 || got != "ok" {
			t.Errorf("the POST is answered %d %q", status, got)
		}
	})
}

// An end at once takes along what a poll has not fetched; a WebSocket still gets
// what stands before the close frame.
func TestEndAtOnce(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		s.Send(text("dropped"))
		s.Abort(TransportError)
		if status, got := request(s, "GET", ""); status != 400 {
			t.Errorf("the poll brings %d %q", status, got)
		}
		c, s := b.ws(packet.Revision4)
		s.Send(text("kept"))
		s.Abort(TransportError)
		c.want("4kept")
		c.wantClose()
	})
}

func TestClosingTwiceTellsOnce(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		c, s := b.ws(packet.Revision4)
		for range 4 {
			go s.Close() // ends at once
		}
		c.wantClose()
		s.Close()
		s.Abort(TransportError)
		want(ForcedClose)
	})
}

func TestClientCloses(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(w *wiretest.WebSocket)
		code int
		want Reason
	}{
		{"with a close frame", func(w *wiretest.WebSocket) { w.Write(wiretest.Frame{Op: wiretest.Close, Payload: "\x03\xE8bye"}) }, 1000, TransportClose},
		{"with a close frame without a code", func(w *wiretest.WebSocket) { w.Write(wiretest.Frame{Op: wiretest.Close}) }, wiretest.NoCode, TransportClose},
		{"with a close frame whose reason is not UTF-8", func(w *wiretest.WebSocket) { w.Write(wiretest.Frame{Op: wiretest.Close, Payload: "\x03\xE8\xFF"}) }, 1007, TransportError},
		{"with a malformed close frame", func(w *wiretest.WebSocket) { w.Write(wiretest.Frame{Op: wiretest.Close, Payload: "x"}) }, 1002, TransportError},
		{"with a frame that is not masked", func(w *wiretest.WebSocket) { w.Write(wiretest.Frame{Op: wiretest.Text, Unmasked: true}) }, 1002, TransportError},
		{"with text that is not UTF-8", func(w *wiretest.WebSocket) { w.Write(wiretest.Texts("4\xFF")...) }, 1007, TransportError},
		{"with a message that is too large", func(w *wiretest.WebSocket) {
			w.Write(wiretest.Frame{Op: wiretest.Binary, Payload: string(make([]byte, 2001))})
		}, 1009, TransportError},
		{"with what is no packet", func(w *wiretest.WebSocket) { w.Write(wiretest.Texts("x")...) }, wiretest.NoCode, ParseError},
		{"with an empty text", func(w *wiretest.WebSocket) { w.Write(wiretest.Texts("")...) }, wiretest.NoCode, ParseError},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			opts := options()
			opts.MaxPayload = 2000
			f := serve(t, opts, hooks{closed: closed})
			w, _ := f.ws(t)
			row.end(w)
			w.WantClose(t, row.code)
			want(row.want)
		})
	}
}

func TestClientVanishes(t *testing.T) {
	for _, row := range []struct {
		name   string
		linger int // SO_LINGER: 0 resets the connection
	}{
		{"with the end of its stream", -1},
		{"with a reset", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			f := serve(t, options(), hooks{closed: closed})
			w, s := f.ws(t)
			setLinger(t, w.Conn, row.linger)
			w.Conn.Close()
			want(TransportClose)
			s.Send(text("into the void"))
			eventually(t, "the server forgets the session", func() bool { return f.Count() == 0 })
		})
	}
}

// The last messages of a client that closes right behind them are handled.
func TestMessagesBeforeTheEndAreHandled(t *testing.T) {
	got := make(chan string, 3)
	received := func(_ *Session, _ *Batch, data []byte, _ bool) { got <- string(data) }
	f := serve(t, options(), hooks{received: received, closed: func(*Session, Reason) { close(got) }})
	w, _ := f.ws(t)
	w.Write(append(wiretest.Texts("4a", "4b"), wiretest.Frame{Op: wiretest.Close})...)
	for _, want := range []string{"a", "b"} {
		if m := <-got; m != want {
			t.Errorf("received %q, want %q", m, want)
		}
	}
	if m, more := <-got; more {
		t.Errorf("received %q behind the close frame", m)
	}
}

func TestServerCloseEndsAllSessions(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	w, _ := f.ws(t)
	p, s := f.polling(t)
	poll := p.Hold(t)
	held(t, s)
	idle, _ := f.polling(t)
	f.Close()
	w.WantClose(t, wiretest.NoCode)
	poll().Want(t, 200, "1")
	idle.Want(t, 400, `{"code":1,"message":"Session ID unknown"}`)
	for range 3 {
		want(ForcedClose)
	}
	p.Must(t, "GET", target+Polling, "").Want(t, 503, "the server is closing: connect again in a moment\n")
	if _, err := wiretest.TryDial(f.addr, target+WebSocket); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a late WebSocket is answered %v, want a 503", err)
	}
}

// A session whose handler waits at its end holds no other connection.
func TestEndThatWaitsHoldsNobodyElse(t *testing.T) {
	proceed := make(chan struct{})
	defer close(proceed)
	f := serve(t, options(), hooks{
		received: func(s *Session, b *Batch, data []byte, _ bool) { b.Send(s, text(string(data))) },
		closed:   func(*Session, Reason) { <-proceed },
	})
	for _, end := range []string{"by the client", "by the server"} {
		for range 2 * runtime.GOMAXPROCS(0) {
			w, s := f.ws(t)
			if end == "by the client" {
				w.Conn.Close()
			} else {
				go s.Close() // ends when the handler goes on
			}
		}
	}
	for range 2 * runtime.GOMAXPROCS(0) {
		w := wiretest.Dial(t, f.addr, target+WebSocket)
		w.Next(t)
		w.Send(t, "4still there?")
		w.Want(t, "4still there?")
	}
}
