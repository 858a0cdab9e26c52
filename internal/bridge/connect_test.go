package bridge

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// echoes answers the event "echo" with its arguments.
func echoes(s *socket.Socket) {
	s.On("echo", func(args ...any) { s.Emit("echo", args...) })
}

func TestNamespaces(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		for _, name := range []string{"/", "/chat", "/a?b=c"} {
			f.onConnection(name, func(s *socket.Socket) {
				s.Emit("hello", s.Nsp().Name())
				echoes(s)
			})
		}
	})
	w := open(t, f)
	w.Send(t, "40/chat,")
	chat := wantID(t, w, "40/chat,")
	w.Want(t, `42/chat,["hello","/chat"]`)
	w.Send(t, "40")
	main := wantID(t, w, "40")
	w.Want(t, `42["hello","/"]`)
	if main == chat {
		t.Errorf("both sockets have the id %q", main)
	}
	w.Send(t, "40/a?b=c,") // a question mark is part of the name in revision 4
	wantID(t, w, "40/a?b=c,")
	w.Want(t, `42/a?b=c,["hello","/a?b=c"]`)
	w.Send(t, `42/chat,["echo",1]`, `42["echo",2]`)
	w.Want(t, `42/chat,["echo",1]`, `42["echo",2]`)
	f.io.Of("/chat", nil).Emit("all", 1)
	f.io.Emit("all", 2)
	w.Want(t, `42/chat,["all",1]`, `42["all",2]`)
}

func TestNamespaceThatDoesNotExist(t *testing.T) {
	f := serve(t, options(), func(f *fixture) { f.onConnection("/", echoes) })
	p := wiretest.Connect(t, f.addr)
	p.Send(t, "40/nope,", `42["echo",1]`)
	p.Want(t, `44/nope,{"message":"Invalid namespace"}`, `42["echo",1]`)
}

func TestDynamicNamespaces(t *testing.T) {
	listened := make(chan string, 1)
	f := serve(t, options(), func(f *fixture) {
		f.io.Of(dynamic, nil).On("connection", func(args ...any) {
			echoes(args[0].(*socket.Socket))
			listened <- args[0].(*socket.Socket).Nsp().Name()
		})
	})
	p := wiretest.Connect(t, f.addr)
	p.Join(t, "/dynamic-7")
	if got := next(t, "connection", listened); got != "/dynamic-7" {
		t.Errorf("the listener hears of %q", got)
	}
	p.Send(t, `42/dynamic-7,["echo",1]`, "40/dynamic-!,")
	p.Want(t, `42/dynamic-7,["echo",1]`, `44/dynamic-!,{"message":"Invalid namespace"}`)
}

// Clients that come to a new namespace at once meet there.
func TestDynamicNamespaceIsMadeOnce(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.io.Of(dynamic, nil)
	})
	const n = 4
	var clients [n]*wiretest.Peer
	for i := range clients {
		clients[i] = wiretest.Connect(t, f.addr)
	}
	for round := range 100 {
		name := fmt.Sprint("/dynamic-", round)
		var all sync.WaitGroup
		for _, p := range clients {
			all.Go(func() { p.Write(wiretest.Texts("40" + name + ",")...) })
		}
		all.Wait()
		for _, p := range clients {
			wantID(t, p.WebSocket, "40"+name+",")
		}
		f.io.Of(name, nil).Emit("met")
		for _, p := range clients {
			p.Want(t, "42"+name+`,["met"]`)
		}
	}
}

func TestMiddlewares(t *testing.T) {
	fail := func(message string, data any) socket.NamespaceMiddleware {
		return func(_ *socket.Socket, next func(*socket.ExtendedError)) { next(socket.NewExtendedError(message, data)) }
	}
	pass := func(_ *socket.Socket, next func(*socket.ExtendedError)) { next(nil) }
	later := func(_ *socket.Socket, next func(*socket.ExtendedError)) {
		time.AfterFunc(20*time.Millisecond, func() { next(nil) })
	}
	slow := func(_ *socket.Socket, next func(*socket.ExtendedError)) {
		time.Sleep(20 * time.Millisecond)
		next(nil)
	}
	greet := func(s *socket.Socket, next func(*socket.ExtendedError)) {
		s.Emit("early", s.Connected())
		next(nil)
	}
	for _, row := range []struct {
		name        string
		middlewares []socket.NamespaceMiddleware
		want        []string // "" stands for the CONNECT reply
	}{
		{"one that passes", []socket.NamespaceMiddleware{pass}, []string{"", `42["echo",1]`}},
		{"several that pass", []socket.NamespaceMiddleware{pass, later, slow}, []string{"", `42["echo",1]`}},
		{"one that fails", []socket.NamespaceMiddleware{fail("no", nil)}, []string{`44{"message":"no"}`}},
		{"one that fails with data", []socket.NamespaceMiddleware{pass, fail("no", map[string]any{"a": 1})}, []string{`44{"data":{"a":1},"message":"no"}`}},
		{"one that fails later", []socket.NamespaceMiddleware{later, fail("no", 1)}, []string{`44{"data":1,"message":"no"}`}},
		{"none behind the one that fails", []socket.NamespaceMiddleware{fail("first", 1), fail("second", 2)}, []string{`44{"data":1,"message":"first"}`}},
		{"what one emits comes before the reply", []socket.NamespaceMiddleware{greet}, []string{`42["early",false]`, "", `42["echo",1]`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, options(), func(f *fixture) {
				for _, m := range row.middlewares {
					f.io.Use(m)
				}
				f.onConnection("/", echoes)
			})
			w := open(t, f)
			// The event comes in the same write: it waits for the listeners.
			w.Send(t, "40", `42["echo",1]`)
			for _, want := range row.want {
				if want == "" {
					wantID(t, w, "40")
				} else {
					w.Want(t, want)
				}
			}
			if row.want[0][:min(2, len(row.want[0]))] == "44" {
				w.WantClose(t, wiretest.NoCode) // the event is for a namespace it has not joined
			}
		})
	}
}

func TestRefusedByAMiddlewareInRevision3(t *testing.T) {
	for _, row := range []struct {
		name string
		err  *socket.ExtendedError
		want string
	}{
		{"with a message", socket.NewExtendedError("no", nil), `44"no"`},
		{"with data", socket.NewExtendedError("no", map[string]any{"a": 1}), `44{"a":1}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, options(), func(f *fixture) {
				f.io.Use(func(_ *socket.Socket, next func(*socket.ExtendedError)) { next(row.err) })
			})
			w := wiretest.Dial(t, f.addr, target3)
			w.Next(t)
			w.Want(t, row.want)
		})
	}
}

func TestClientOfRevision3(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) { s.Emit("id", s.Id()) })
		f.onConnection("/chat", func(s *socket.Socket) {
			s.Emit("id", s.Id(), s.Handshake().Auth)
			echoes(s)
		})
		f.onConnection("//odd", func(s *socket.Socket) { s.Emit("hello") })
	})
	w := wiretest.Dial(t, f.addr, target3)
	sid := wantID(t, w, "0")
	w.Want(t, "40", `42["id","`+sid+`"]`)
	w.Send(t, "40/chat?token=a&token=b&x=%20y", `42/chat,["echo",1]`)
	w.Want(t, "40/chat,", `42/chat,["id","/chat#`+sid+`",{"token":"b","x":" y"}]`, `42/chat,["echo",1]`)
	w.Send(t, "40/nope")
	w.Want(t, `44/nope,{"message":"Invalid namespace"}`)
	w.Send(t, "40//odd", "40//nope")
	w.Want(t, "40//odd,", `42//odd,["hello"]`, `44//nope,{"message":"Invalid namespace"}`)
}

// The point of all waiting: an event right behind CONNECT finds its listener.
func TestEventsInTheSameWriteAsConnect(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", echoes)
		f.onConnection("/chat", func(s *socket.Socket) {
			time.Sleep(time.Millisecond)
			echoes(s)
		})
	})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 25 {
				w := open(t, f)
				w.Write(wiretest.Texts("40", `42["echo",1]`, "40/chat,", `42/chat,["echo",2]`, `42["echo",3]`)...)
				if err := readAll(w, "40", `42["echo",1]`, "40/chat,", `42/chat,["echo",2]`, `42["echo",3]`); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// readAll reads messages that begin as the given ones do.
func readAll(w *wiretest.WebSocket, prefixes ...string) error {
	for _, want := range prefixes {
		f, err := w.Message()
		if err != nil {
			return err
		}
		if len(f.Payload) < len(want) || f.Payload[:len(want)] != want {
			return fmt.Errorf("message %q, want %q", f.Payload, want)
		}
	}
	return nil
}

func TestLeavingAndJoiningInTheSameWrite(t *testing.T) {
	reasons := make(chan any, 1000)
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			echoes(s)
			s.On("disconnect", func(args ...any) { reasons <- args[0] })
		})
	})
	p := wiretest.Connect(t, f.addr)
	ids := map[string]bool{p.ID: true}
	for range 1000 {
		p.Send(t, "41", "40", `42["echo",1]`)
		id := wantID(t, p.WebSocket, "40")
		if ids[id] {
			t.Fatalf("the id %q comes again", id)
		}
		ids[id] = true
		p.Want(t, `42["echo",1]`)
		if got := next(t, "disconnect", reasons); got != "client namespace disconnect" {
			t.Fatalf("the reason is %q", got)
		}
	}
	if n := f.io.Sockets().Sockets().Len(); n != 1 {
		t.Errorf("%d sockets are connected", n)
	}
}

func TestHandshakeOfASocket(t *testing.T) {
	handshakes := make(chan *socket.Handshake, 1)
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) { handshakes <- s.Handshake() })
	})
	w := wiretest.Dial(t, f.addr, wiretest.PeerTarget+"&foo=a&foo=b", "Origin: https://a.example", "X-Custom: yes")
	w.Next(t)
	before := time.Now()
	w.Send(t, `40{"token":"secret","n":[1,null]}`)
	h := next(t, "handshake", handshakes)
	if fmt.Sprint(h.Auth) != "map[n:[1 <nil>] token:secret]" {
		t.Errorf("auth is %v", h.Auth)
	}
	if fmt.Sprint(h.Query["foo"]) != "[a b]" || fmt.Sprint(h.Headers["X-Custom"]) != "[yes]" {
		t.Errorf("query %v, headers %v", h.Query, h.Headers)
	}
	if h.Url != wiretest.PeerTarget+"&foo=a&foo=b" || h.Address != "127.0.0.1" || !h.Xdomain || h.Secure {
		t.Errorf("url %q, address %q, cross-domain %v, secure %v", h.Url, h.Address, h.Xdomain, h.Secure)
	}
	if issued := time.UnixMilli(h.Issued); issued.Before(before.Add(-time.Minute)) || issued.After(time.Now().Add(time.Minute)) {
		t.Errorf("issued at %v", issued)
	}
	wantID(t, w, "40")
	w.Send(t, "41", "40")
	wantID(t, w, "40")
	if h := next(t, "handshake", handshakes); fmt.Sprint(h.Auth) != "map[]" {
		t.Errorf("auth is %v when there is none", h.Auth)
	}
}

// The module meets a session with its first packet, unless somebody listens for
// sessions.
func TestSessionThatHasSaidNothing(t *testing.T) {
	for _, watched := range []bool{false, true} {
		t.Run(fmt.Sprint("watched ", watched), func(t *testing.T) {
			var told atomic.Int32
			f := serve(t, options(), func(f *fixture) {
				if watched {
					f.Engine().On("connection", func(...any) { told.Add(1) })
				}
			})
			p := wiretest.OpenPolling(t, f.addr, polling4)
			c := f.engine.Session(p.SID).Value().(*conn)
			if known := c.ListenerCount("close") > 0; known != watched || told.Load() > 0 != watched {
				t.Errorf("before the first packet: known to the module: %v, told: %d", known, told.Load())
			}
			p.Post(t, "40").Want(t, 200, "ok")
			p.Get(t)
			if c.ListenerCount("close") != 1 {
				t.Errorf("behind the first packet %d listen for the end", c.ListenerCount("close"))
			}
			p = wiretest.OpenPolling(t, f.addr, polling4)
			p.Post(t, "1").Want(t, 200, "ok")
			eventually(t, "only the first is left", func() bool { return f.Engine().ClientsCount() == 1 })
		})
	}
}

// Who has joined a namespace once may be without any for as long as it likes;
// who has not is closed in time.
func TestClientThatIsRefusedLater(t *testing.T) {
	for _, row := range []struct {
		name   string
		target string
		sent   []string // one behind the other's answer
		stays  bool
	}{
		{"joins, leaves, is refused", wiretest.PeerTarget, []string{"40", "41", "40/closed,"}, true},
		{"the same in revision 3", target3, []string{"41", "40/closed,"}, true},
		{"is only refused", wiretest.PeerTarget, []string{"40/closed,"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.SetConnectTimeout(100 * time.Millisecond)
			f := serve(t, opts, func(f *fixture) {
				f.io.Of("/closed", nil)
				f.JoinOnConnect("/closed", func(Handshake) ([]RoomEntry, RoomCapacity, *Refusal) {
					return nil, RoomCapacity{}, &Refusal{Message: "closed"}
				})
			})
			w := wiretest.Dial(t, f.addr, row.target)
			w.Next(t) // the open packet
			if row.target == target3 {
				w.Want(t, "40")
			}
			for _, packet := range row.sent {
				w.Send(t, packet)
				if packet != "41" {
					w.Next(t)
				}
			}
			if !row.stays {
				w.WantClose(t, wiretest.NoCode)
				return
			}
			time.Sleep(2 * opts.ConnectTimeout())
			w.Send(t, "40")
			if got := w.Next(t).Payload; !strings.HasPrefix(got, "40") {
				t.Errorf("the answer is %q", got)
			}
		})
	}
}
