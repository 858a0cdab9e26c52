package engine

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"signaling/internal/http1"
	"signaling/internal/limit"
	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

// hooks is a Handler made of functions; nil ones do nothing.
type hooks struct {
	opened   func(s *Session)
	received func(s *Session, b *Batch, data []byte, binary bool)
	closed   func(s *Session, reason Reason)
}

// echo sends every message back.
var echo = hooks{received: func(s *Session, b *Batch, data []byte, binary bool) {
	b.Send(s, message(string(data), binary))
}}

// message returns a message packet.
func message(data string, binary bool) *packet.Packet {
	if binary {
		return packet.NewBinary([]byte(data))
	}
	return packet.NewText(append(make([]byte, packet.Headroom), data...))
}

// text returns a text message packet.
func text(data string) *packet.Packet { return message(data, false) }

// strict is a Handler that holds the server to the contract of Handler, whatever
// the test is about: Opened, then Received, one at a time, then Closed, once.
type strict struct {
	t *testing.T
	hooks
	mu    sync.Mutex
	calls map[*Session]*calls
	open  sync.WaitGroup // of sessions that are owed Closed
}

// calls is the calls of the handler for one session.
type calls struct {
	inside         string // the call under way
	opened, closed bool
}

func (h *strict) enter(s *Session, name string) *calls {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.calls[s]
	if c == nil {
		c = new(calls)
		h.calls[s] = c
	}
	if c.inside != "" {
		h.t.Errorf("%s of session %s is called during %s", name, s.ID(), c.inside)
	}
	if c.closed {
		h.t.Errorf("%s of session %s is called after Closed", name, s.ID())
	}
	if c.opened == (name == "Opened") {
		h.t.Errorf("%s of session %s is called; it was opened: %v", name, s.ID(), c.opened)
	}
	c.inside = name
	return c
}

func (h *strict) leave(c *calls) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.inside = ""
}

func (h *strict) Opened(s *Session, _ *Batch) {
	c := h.enter(s, "Opened")
	defer h.leave(c)
	c.opened = true
	h.open.Add(1)
	if h.hooks.opened != nil {
		h.hooks.opened(s)
	}
}

func (h *strict) Received(s *Session, b *Batch, data []byte, binary bool) {
	defer h.leave(h.enter(s, "Received"))
	if h.hooks.received != nil {
		h.hooks.received(s, b, data, binary)
	}
}

func (h *strict) Closed(s *Session, reason Reason) {
	c := h.enter(s, "Closed")
	defer h.leave(c)
	c.closed = true
	if h.hooks.closed != nil {
		h.hooks.closed(s, reason)
	}
	h.open.Done()
}

// fixture is a server under test.
type fixture struct {
	*Server
	addr string
	http *httptest.Server
	fast *http1.Server // nil: this build has none, and net/http serves all
}

// target and target3 are where sessions of revision 4 and 3 begin.
const (
	target  = "/engine.io/?EIO=4&transport="
	target3 = "/engine.io/?EIO=3&transport="
)

// options returns settings for tests: both revisions, no compression.
func options() Options {
	o := DefaultOptions()
	o.AllowRevision3 = true
	o.CompressAbove = 0
	return o
}

// serve runs a server until the test ends. By then every session that was
// opened must have got its Closed.
func serve(t *testing.T, opts Options, h hooks) *fixture {
	t.Helper()
	return serveOn(t, opts, h, func(*httptest.Server) {})
}

// http1Options has the engine's requests served without net/http.
func http1Options(srv *Server) http1.Options {
	return http1.Options{
		FastPath: func(path string) (http.Handler, int64) {
			if strings.HasPrefix(target, path+"?") {
				return srv, int64(srv.opts.MaxPayload)
			}
			return nil, 0
		},
		HeaderBytes: 16 << 10,
		Exhausted:   func() bool { return false },
		Timeouts:    limit.Timeouts{Header: wiretest.Patience, Body: wiretest.Patience, Write: wiretest.Patience, Idle: wiretest.Patience},
		Log:         slog.New(slog.DiscardHandler),
	}
}

// serveOn is serve on a server that setUp has had its hands on.
func serveOn(t *testing.T, opts Options, h hooks, setUp func(*httptest.Server)) *fixture {
	t.Helper()
	handler := &strict{t: t, hooks: h, calls: make(map[*Session]*calls)}
	srv := NewServer(opts, handler)
	web := httptest.NewUnstartedServer(http.HandlerFunc(srv.ServeHTTP))
	fast, err := http1.NewServer(web.Listener, http1Options(srv))
	if err == nil {
		web.Listener = fast
	}
	setUp(web)
	web.Start()
	t.Cleanup(func() {
		srv.Close()
		web.Close()
		if fast != nil {
			fast.Shutdown(t.Context())
		}
		within(t, "Closed is called for every session that was opened", handler.open.Wait)
	})
	return &fixture{srv, web.Listener.Addr().String(), web, fast}
}

// ws opens a WebSocket session of revision 4 and returns it with its open
// packet read, and the server's side of it.
func (f *fixture) ws(t *testing.T) (*wiretest.WebSocket, *Session) {
	t.Helper()
	w := wiretest.Dial(t, f.addr, target+WebSocket)
	return w, f.session(t, openedID(t, w.Next(t).Payload))
}

// polling opens a polling session of revision 4.
func (f *fixture) polling(t *testing.T) (*wiretest.Polling, *Session) {
	t.Helper()
	p := wiretest.OpenPolling(t, f.addr, target+Polling)
	return p, f.session(t, p.SID)
}

// session returns the server's side of a session.
func (f *fixture) session(t *testing.T, sid string) *Session {
	t.Helper()
	s := f.Session(sid)
	if s == nil {
		t.Fatalf("the server does not know session %q", sid)
	}
	return s
}

// probe opens a second connection for a polling session and takes the upgrade
// up to the answer of the probe.
func (f *fixture) probe(t *testing.T, p *wiretest.Polling) *wiretest.WebSocket {
	t.Helper()
	w := wiretest.Dial(t, f.addr, target+WebSocket+"&sid="+p.SID)
	w.Send(t, "2probe")
	w.Want(t, "3probe")
	return w
}

// within fails the test if f does not end.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { // ends with f
		f()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(wiretest.Patience):
		t.Errorf("it does not come about that %s", what)
	}
}

// eventually waits until what is true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(wiretest.Patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come about that %s", what)
		}
	}
}

// held waits until the session holds a poll.
func held(t *testing.T, s *Session) {
	t.Helper()
	eventually(t, "a poll is held", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.polling.held != nil
	})
}

// reasons returns hooks' closed that hands on reasons, and a function that
// compares the next one.
func reasons(t *testing.T) (closed func(*Session, Reason), want func(Reason)) {
	told := make(chan Reason, 64)
	return func(_ *Session, r Reason) { told <- r }, func(want Reason) {
		t.Helper()
		select {
		case got := <-told:
			if got != want {
				t.Errorf("the reason is %q, want %q", got, want)
			}
		case <-time.After(wiretest.Patience):
			t.Errorf("Closed is not called, want %q", want)
		}
	}
}
