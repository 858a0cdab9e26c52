package bridge

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/wiretest"
)

func TestEventReachesItsListeners(t *testing.T) {
	got := make(chan string, 8)
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.OnAny(func(args ...any) { got <- fmt.Sprint("any ", args) })
			s.On("ev", func(args ...any) { got <- fmt.Sprint("ev ", args) })
			s.On("1000", func(args ...any) { got <- fmt.Sprint("1000 ", args) })
			s.On("", func(args ...any) { got <- fmt.Sprint("empty ", args) })
		})
	})
	p := wiretest.Connect(t, f.addr)
	for _, row := range []struct {
		name, packet string
		want         []string
	}{
		{"values of every kind", `42["ev",null,true,1.5,"é\u00e9",[1,{}],{"a":{"b":[]}}]`,
			[]string{"any [ev <nil> true 1.5 éé [1 map[]] map[a:map[b:[]]]]", "ev [<nil> true 1.5 éé [1 map[]] map[a:map[b:[]]]]"}},
		{"no arguments", `42["ev"]`, []string{"any [ev]", "ev []"}},
		{"a number as the name", `42[1e3,"x"]`, []string{"any [1000 x]", "1000 [x]"}},
		{"an empty name", `42["",2]`, []string{"any [ 2]", "empty [2]"}},
		{"nobody listens but all", `42["other"]`, []string{"any [other]"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p.Send(t, row.packet)
			for _, want := range row.want {
				if line := next(t, "event", got); line != want {
					t.Errorf("heard %q, want %q", line, want)
				}
			}
		})
	}
}

func TestEventsOfOneClientAreHandledOneByOne(t *testing.T) {
	var mu sync.Mutex
	var order []any
	done := make(chan struct{})
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.On("n", func(args ...any) {
				if !mu.TryLock() {
					t.Error("two events of one client are handled at once")
					return
				}
				defer mu.Unlock()
				if len(order)%10 == 0 {
					time.Sleep(time.Millisecond)
				}
				order = append(order, args[0])
			})
			s.On("end", func(...any) { close(done) })
		})
	})
	p := wiretest.Connect(t, f.addr)
	for i := range 200 {
		p.Send(t, fmt.Sprintf(`42["n",%d]`, i))
	}
	p.Send(t, `42["end"]`)
	next(t, "end", done)
	for i, n := range order {
		if n != float64(i) {
			t.Fatalf("event %v is handled when %d was due", n, i)
		}
	}
	if len(order) != 200 {
		t.Errorf("%d events are handled", len(order))
	}
}

func TestListenerIsNotCalledForASocketThatHasBeenDisconnected(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.OnAny(func(...any) { s.Disconnect(false) })
			s.On("ev", func(...any) { t.Error("the listener is called") })
		})
	})
	p := wiretest.Connect(t, f.addr)
	p.Send(t, `42["ev"]`)
	p.Want(t, "41")
	p.Join(t, "/") // behind the event
}

func TestHandlersRunBeforeListeners(t *testing.T) {
	got := make(chan string, 4)
	f := serve(t, options(), func(f *fixture) {
		f.Handle("/", "ev", func(e *Event) {
			got <- fmt.Sprintf("handler of %s: %s %s %v", e.Sender(), e.Arg(0).JSON, e.Arg(1).JSON, e.Arg(2).IsNull())
		})
		f.Handle("/chat", "other", func(*Event) { t.Error("a handler of another namespace is called") })
		f.onConnection("/", func(s *socket.Socket) {
			s.On("ev", func(args ...any) { got <- fmt.Sprint("listener ", args) })
			s.On("other", func(args ...any) { got <- fmt.Sprint("other ", args) })
		})
	})
	p := wiretest.Connect(t, f.addr)
	p.Send(t, `42["ev",{"a": 1},2]`, `42["other"]`)
	for _, want := range []string{`handler of ` + p.ID + `: {"a": 1} 2 true`, "listener [map[a:1] 2]", "other []"} {
		if line := next(t, "event", got); line != want {
			t.Errorf("heard %q, want %q", line, want)
		}
	}
}

func TestRelayKeepsTheBytes(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.Handle("/", "all", func(e *Event) { e.Broadcast("all", e.Arg(0), codec.Value{}) })
		f.Handle("/", "some", func(e *Event) { e.To([]socket.Room{"x", "x"}, "some", e.Arg(0)) })
		f.onConnection("/", func(s *socket.Socket) { s.Join("x") })
	})
	a, b := wiretest.Connect(t, f.addr), wiretest.Connect(t, f.addr)
	b.Send(t, `42["nothing"]`, "40/nope,") // its listener has run when the answer comes
	b.Want(t, `44/nope,{"message":"Invalid namespace"}`)
	payload := `{ "z":1.50, "a" : "\u00e9\ud800", "a":2 }`
	a.Send(t, `42["all",`+payload+`]`, `42["some",`+payload+`]`, `42["some"]`)
	b.Want(t, `42["all",`+payload+`,null]`, `42["some",`+payload+`]`, `42["some",null]`)
	f.io.Emit("end")
	a.Want(t, `42["end"]`)
}

func TestPacketsOutOfPlaceCloseTheConnection(t *testing.T) {
	for _, row := range []struct {
		name    string
		packets []string
	}{
		{"a second CONNECT", []string{"40"}},
		{"a CONNECT_ERROR", []string{`44{"message":"x"}`}},
		{"an event for a namespace it has not joined", []string{`42/chat,["ev"]`}},
		{"an acknowledgement for a namespace it has not joined", []string{`43/chat,1[]`}},
		{"a DISCONNECT from a namespace it has not joined", []string{"41/chat,"}},
		{"a second DISCONNECT", []string{"41", "41"}},
		{"an event after DISCONNECT", []string{"41", `42["ev"]`}},
		{"what is no packet", []string{"4x"}},
		{"a reserved event", []string{`42["disconnect"]`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			reasons := make(chan any, 2)
			f := serve(t, options(), func(f *fixture) {
				f.io.Of("/chat", nil)
				f.onConnection("/", func(s *socket.Socket) {
					s.On("disconnect", func(args ...any) { reasons <- args[0] })
				})
			})
			p := wiretest.Connect(t, f.addr)
			p.Send(t, row.packets...)
			p.WantClose(t, wiretest.NoCode)
			want := "forced close"
			if slices.Contains(row.packets, "41") {
				want = "client namespace disconnect"
			}
			if got := next(t, "disconnect", reasons); got != want {
				t.Errorf("the reason is %q, want %q", got, want)
			}
			eventually(t, "nothing of it is left", func() bool { return f.io.Sockets().Sockets().Len() == 0 && f.Engine().ClientsCount() == 0 })
		})
	}
}

func TestBareEventIsIgnored(t *testing.T) {
	f := serve(t, options(), func(f *fixture) { f.onConnection("/", echoes) })
	p := wiretest.Connect(t, f.addr)
	p.Send(t, "42", `42["echo",1]`)
	p.Want(t, `42["echo",1]`)
}
