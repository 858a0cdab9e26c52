package bridge

import (
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// gate is a middleware that waits to be opened.
type gate struct {
	entered chan struct{}
	opened  chan struct{}
}

func newGate() *gate { return &gate{make(chan struct{}, 8), make(chan struct{})} }

func (g *gate) middleware(_ *socket.Socket, next func(*socket.ExtendedError)) {
	g.entered <- struct{}{}
	go func() { // ends when the gate is opened
		<-g.opened
		next(nil)
	}()
}

func TestSessionThatEndsWhileAMiddlewareIsPending(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(t *testing.T, f *fixture, w *wiretest.WebSocket)
		want string
	}{
		{"by the client", func(t *testing.T, _ *fixture, w *wiretest.WebSocket) { w.Write(wiretest.Frame{Op: wiretest.Close}) }, "transport close"},
		{"by the network", func(t *testing.T, _ *fixture, w *wiretest.WebSocket) { w.Conn.Close() }, "transport close"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, d := newGate(), newTold()
			connected := make(chan struct{}, 1)
			f := serve(t, options(), func(f *fixture) {
				f.io.Use(g.middleware)
				f.onConnection("/", func(s *socket.Socket) {
					d.listen(s)
					connected <- struct{}{}
				})
			})
			w := open(t, f)
			w.Send(t, "40")
			next(t, "middleware", g.entered)
			row.end(t, f, w)
			eventually(t, "the engine forgets the session", func() bool { return f.Engine().ClientsCount() == 0 })
			close(g.opened)
			// The module had begun: it connects the socket, and then hears of the end.
			next(t, "connection", connected)
			d.want(t, row.want)
			eventually(t, "the namespace forgets the socket", func() bool { return f.io.Sockets().Sockets().Len() == 0 })
		})
	}
}

func TestServerThatClosesWhileAMiddlewareIsPending(t *testing.T) {
	g := newGate()
	f := serve(t, options(), func(f *fixture) { f.io.Use(g.middleware) })
	w := open(t, f)
	w.Send(t, "40")
	next(t, "middleware", g.entered)
	f.Close()
	w.WantClose(t, wiretest.NoCode)
	close(g.opened)
	eventually(t, "the namespace is empty", func() bool {
		return f.io.Sockets().Sockets().Len() == 0 && len(f.io.Sockets().Adapter().Sids().Keys()) == 0
	})
}

func TestConnectTimeoutWhileAMiddlewareIsPending(t *testing.T) {
	g := newGate()
	opts := options()
	opts.SetConnectTimeout(50 * time.Millisecond)
	f := serve(t, opts, func(f *fixture) {
		f.io.Use(g.middleware)
		f.onConnection("/", func(*socket.Socket) { t.Error("the socket connects after its connection has been closed") })
	})
	w := open(t, f)
	w.Send(t, "40", `42["ev"]`)
	next(t, "middleware", g.entered)
	w.WantClose(t, wiretest.NoCode)
	close(g.opened)
	eventually(t, "nothing is left", func() bool { return f.io.Sockets().Sockets().Len() == 0 && f.Engine().ClientsCount() == 0 })
}

// Other clients do not wait for one whose middleware is slow, and what has been
// sent to them before does not either.
func TestPendingConnectionHoldsNobodyElse(t *testing.T) {
	g := newGate()
	f := serve(t, options(), func(f *fixture) {
		f.io.Of("/slow", nil).Use(g.middleware)
		f.Handle("/", "relay", func(e *Event) { e.Broadcast("relay") })
		f.onConnection("/slow", echoes)
	})
	a, b := wiretest.Connect(t, f.addr), wiretest.Connect(t, f.addr)
	a.Send(t, `42["relay"]`, "40/slow,", `42["relay"]`, `42/slow,["echo",1]`)
	b.Want(t, `42["relay"]`)
	next(t, "middleware", g.entered)
	b.Send(t, `42["relay"]`)
	a.Want(t, `42["relay"]`)
	f.io.To(socket.Room(b.ID)).Emit("between")
	b.Want(t, `42["between"]`) // a's second event is not before it: it waits
	close(g.opened)
	b.Want(t, `42["relay"]`)
	wantID(t, a.WebSocket, "40/slow,")
	a.Want(t, `42/slow,["echo",1]`)
}

// Whatever of an application's waits, it holds nobody but its own client: not
// those whose connections the same goroutine serves either.
func TestApplicationThatWaitsHoldsNobodyElse(t *testing.T) {
	for _, row := range []struct {
		name   string
		setUp  func(f *fixture, wait func())
		packet string
	}{
		{"in an event listener", func(f *fixture, wait func()) {
			f.onConnection("/", func(s *socket.Socket) { s.On("ev", func(...any) { wait() }) })
		}, `42["ev"]`},
		{"in a listener for all events", func(f *fixture, wait func()) {
			f.onConnection("/", func(s *socket.Socket) {
				s.OnAny(func(args ...any) {
					if args[0] == "ev" {
						wait()
					}
				})
			})
		}, `42["ev"]`},
		{"in an acknowledgement", func(f *fixture, wait func()) {
			f.onConnection("/", func(s *socket.Socket) { s.Acks().Store(7, func([]any, error) { wait() }) })
		}, `437[]`},
		{"in a middleware", func(f *fixture, wait func()) {
			f.io.Of("/wait", nil).Use(func(_ *socket.Socket, next func(*socket.ExtendedError)) { wait(); next(nil) })
		}, "40/wait,"},
		{"in a connection listener", func(f *fixture, wait func()) {
			f.onConnection("/wait", func(*socket.Socket) { wait() })
		}, `40/wait,`},
		{"in a connection listener, with an event behind it", func(f *fixture, wait func()) {
			f.onConnection("/wait", func(*socket.Socket) { wait() })
		}, `40/wait,|42/wait,["ev"]`},
		{"in a disconnect listener", func(f *fixture, wait func()) {
			f.onConnection("/", func(s *socket.Socket) { s.On("disconnect", func(...any) { wait() }) })
		}, "41|40"},
		{"in a disconnect listener, at the end of the connection", func(f *fixture, wait func()) {
			f.onConnection("/", func(s *socket.Socket) { s.On("disconnect", func(...any) { wait() }) })
		}, "4nonsense"},
	} {
		t.Run(row.name, func(t *testing.T) {
			entered, released := make(chan struct{}, 64), make(chan struct{})
			f := serve(t, options(), func(f *fixture) {
				f.onConnection("/", echoes)
				row.setUp(f, func() {
					entered <- struct{}{}
					<-released
				})
			})
			release := sync.OnceFunc(func() { close(released) })
			defer release()
			for range 2 * runtime.GOMAXPROCS(0) {
				p := wiretest.Connect(t, f.addr)
				p.Send(t, `42["echo"]`)
				p.Want(t, `42["echo"]`) // its connection listener has run
				p.Send(t, strings.Split(row.packet, "|")...)
				next(t, "call", entered)
			}
			for range 2 * runtime.GOMAXPROCS(0) {
				p := wiretest.Connect(t, f.addr)
				p.Send(t, `42["echo",1]`)
				p.Want(t, `42["echo",1]`)
			}
		})
	}
}

// A namespace that is slow to be entered does not stop others from being made.
func TestSlowMiddlewareOfANewNamespaceHoldsNobodyElse(t *testing.T) {
	entered, opened := make(chan struct{}), make(chan struct{})
	f := serve(t, options(), func(f *fixture) {
		f.io.Of(dynamic, nil).Use(func(s *socket.Socket, next func(*socket.ExtendedError)) {
			if s.Nsp().Name() == "/dynamic-slow" {
				close(entered)
				<-opened // in the reader's own goroutine
			}
			next(nil)
		})
	})
	a, b := wiretest.Connect(t, f.addr), wiretest.Connect(t, f.addr)
	a.Send(t, "40/dynamic-slow,")
	next(t, "middleware", entered)
	b.Send(t, "40/nope,", "40/dynamic-quick,")
	b.Want(t, `44/nope,{"message":"Invalid namespace"}`)
	wantID(t, b.WebSocket, "40/dynamic-quick,")
	close(opened)
	wantID(t, a.WebSocket, "40/dynamic-slow,")
}

// A middleware that never calls next does not keep the connection for good.
func TestMiddlewareThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := options()
		opts.SetConnectTimeout(10 * time.Minute)
		opts.SetPingInterval(time.Hour)
		opts.SetPingTimeout(time.Hour)
		log := new(wiretest.Log)
		b := newWithLog(opts, log)
		b.Server().Of("/stuck", nil).Use(func(*socket.Socket, func(*socket.ExtendedError)) {})
		gone := make(chan any, 1)
		b.Server().On("connection", func(args ...any) {
			args[0].(*socket.Socket).On("disconnect", func(args ...any) { gone <- args[0] })
		})
		sid := openPolling(t, b)
		post(b, sid, "40")
		synctest.Wait()
		post(b, sid, "40/stuck,")
		start := time.Now()
		go post(b, sid, `42["waits"]`) // ends when the connection is given up
		time.Sleep(operationTimeout - time.Second)
		synctest.Wait()
		if b.Engine().ClientsCount() != 1 {
			t.Error("the connection was given up early")
		}
		<-gone
		if waited := time.Since(start); waited > 3*operationTimeout {
			t.Errorf("the socket hears of the end after %v", waited)
		}
		b.Close()
	})
}

// openPolling opens a session by a call of the handler and returns its id.
func openPolling(t testing.TB, b *Bridge) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	b.ServeHTTP(recorder, httptest.NewRequest("GET", "/socket.io/?EIO=4&transport=polling", nil))
	sid, err := wiretest.SIDOf(recorder.Body.String(), "0")
	if err != nil {
		t.Fatal(err)
	}
	return sid
}

func post(b *Bridge, sid, packet string) {
	b.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/socket.io/?EIO=4&transport=polling&sid="+sid, strings.NewReader(packet)))
}

// A client that is sent a second DISCONNECT when it is back already is not
// kept waiting for a leave that does not come.
func TestClientThatIsToldToLeaveWhenItIsBack(t *testing.T) {
	f := serve(t, options(), func(f *fixture) { f.onConnection("/", echoes) })
	p := wiretest.Connect(t, f.addr)
	c := f.engine.Session(p.SID).Value().(*conn)
	c.follow(c.state.announceLeave("/")) // as in a second Disconnect of the socket before
	p.Send(t, `42["echo",1]`)
	p.Want(t, `42["echo",1]`)
	p.Conn.Close()
	empty(t, f)
}
