package engine

import (
	"sync"
	"sync/atomic"
	"testing"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// The order and number of the handler's calls are checked by strict, for these
// tests and all others; here are the ends that come at bad moments.

func TestEndDuringReceivedIsToldBehindIt(t *testing.T) {
	inside, release := make(chan struct{}), make(chan struct{})
	closed, want := reasons(t)
	f := serve(t, options(), hooks{
		received: func(*Session, *Batch, []byte, bool) {
			close(inside)
			<-release
		},
		closed: closed,
	})
	w, s := f.ws(t)
	w.Send(t, "4a")
	<-inside
	for range 3 {
		s.Abort(SlowConsumer)
		s.Close()
	}
	if f.Session(s.ID()) != nil {
		t.Error("the server still knows the session")
	}
	close(release) // strict would have found an overlap
	want(SlowConsumer)
}

func TestSessionMayEndInsideItsOwnCalls(t *testing.T) {
	for _, row := range []struct {
		name  string
		hooks hooks
	}{
		{"in Opened", hooks{opened: (*Session).Close}},
		{"in Received", hooks{received: func(s *Session, _ *Batch, _ []byte, _ bool) { s.Close() }}},
		{"in both", hooks{opened: (*Session).Close, received: func(s *Session, _ *Batch, _ []byte, _ bool) { s.Close() }}},
	} {
		t.Run("over a WebSocket, "+row.name, func(t *testing.T) {
			closed, want := reasons(t)
			row.hooks.closed = closed
			f := serve(t, options(), row.hooks)
			w := wiretest.Dial(t, f.addr, target+WebSocket)
			w.Write(wiretest.Texts("4a", "4b")...)
			w.WantClose(t, wiretest.NoCode)
			want(ForcedClose)
		})
		t.Run("over polling, "+row.name, func(t *testing.T) {
			closed, want := reasons(t)
			row.hooks.closed = closed
			f := serve(t, options(), row.hooks)
			p := wiretest.OpenPolling(t, f.addr, target+Polling)
			p.Post(t, "4a\x1e4b").Want(t, 200, "ok")
			p.Want(t, 200, "6\x1e1")
			want(ForcedClose)
		})
	}
}

func TestNothingIsReceivedBehindAnEndInsideReceived(t *testing.T) {
	var received atomic.Int32
	f := serve(t, options(), hooks{received: func(s *Session, _ *Batch, _ []byte, _ bool) {
		received.Add(1)
		s.Close()
	}})
	p, _ := f.polling(t)
	p.Post(t, "4a\x1e4b\x1e4c").Want(t, 200, "ok")
	if n := received.Load(); n != 1 {
		t.Errorf("%d packets were handled, want the one before the end", n)
	}
	p.Get(t)
}

func TestServerThatClosesDuringOpened(t *testing.T) {
	for _, transport := range []string{Polling, WebSocket} {
		t.Run(transport, func(t *testing.T) {
			inside, release := make(chan struct{}), make(chan struct{})
			closed, want := reasons(t)
			f := serve(t, options(), hooks{
				opened: func(*Session) {
					close(inside)
					<-release
				},
				closed: closed,
			})
			var client sync.WaitGroup
			client.Go(func() {
				if transport == Polling {
					wiretest.NewBrowser(t, f.addr).Do(t.Context(), "GET", target+Polling, "")
				} else if w, err := wiretest.TryDial(f.addr, target+WebSocket); err == nil {
					w.End(t)
				}
			})
			<-inside
			f.Close()
			close(release)
			want(ForcedClose)
			client.Wait()
		})
	}
}

// Clients come and go while the server closes.
func TestHandshakesWhileTheServerCloses(t *testing.T) {
	for range 20 {
		f := serve(t, options(), hooks{})
		var clients sync.WaitGroup
		browser := wiretest.NewBrowser(t, f.addr)
		for i := range 8 {
			clients.Go(func() {
				for range 5 {
					if i%2 == 0 {
						browser.Do(t.Context(), "GET", target+Polling, "")
					} else if w, err := wiretest.TryDial(f.addr, target+WebSocket); err == nil {
						w.Conn.Close()
					}
				}
			})
		}
		f.Close()
		clients.Wait()
		eventually(t, "no session is left", func() bool { return f.Count() == 0 })
	}
}

// A session ends for several reasons at once; strict counts the calls of Closed.
func TestEndsThatCoincide(t *testing.T) {
	f := serve(t, options(), echo)
	var all sync.WaitGroup
	for range 100 {
		w, s := f.ws(t)
		all.Go(func() { w.Write(wiretest.Texts("4a", "4b", "x")...) })
		all.Go(s.Close)
		all.Go(func() { s.Abort(PingTimeout) })
		all.Go(func() { w.Conn.Close() })
		all.Go(func() { s.Send(text("a"), text("b")) })
	}
	all.Wait()
	for range 100 {
		p, s := f.polling(t)
		all.Go(func() { p.Do(t.Context(), "GET", p.Target, "") })
		all.Go(func() { p.Do(t.Context(), "POST", p.Target, "4a\x1e1") })
		all.Go(s.Close)
		all.Go(func() { s.Abort(PingTimeout) })
		all.Go(func() { s.Send(text("a"), text("b")) })
	}
	all.Wait()
	eventually(t, "no session is left", func() bool { return f.Count() == 0 })
}

func TestSessionTellsAboutItself(t *testing.T) {
	var s *Session
	opened := make(chan struct{})
	f := serve(t, options(), hooks{opened: func(session *Session) {
		s = session
		s.SetValue("mine")
		close(opened)
	}})
	w := wiretest.Dial(t, f.addr, target3+WebSocket+"&foo=bar", "X-Custom: yes")
	<-opened
	if s.Value() != "mine" || s.Revision() != packet.Revision3 || s.Transport() != WebSocket || s.Upgraded() || s.Upgrading() || !s.Open() {
		t.Errorf("value %v, revision %d, transport %s, upgraded %v, upgrading %v, open %v",
			s.Value(), s.Revision(), s.Transport(), s.Upgraded(), s.Upgrading(), s.Open())
	}
	r := s.Request()
	if r.Method != "GET" || r.RequestURI != target3+"websocket&foo=bar" || r.URL.Query().Get("foo") != "bar" ||
		r.Header.Get("X-Custom") != "yes" || r.Host != "test" || r.RemoteAddr != w.Conn.LocalAddr().String() {
		t.Errorf("the request is %+v", r)
	}
	if r.Body != nil {
		t.Error("the request has kept its body")
	}
	if got := f.Sessions(); len(got) != 1 || got[0] != s || f.Count() != 1 || f.Session(s.ID()) != s {
		t.Errorf("the server's sessions are %v", got)
	}
}
