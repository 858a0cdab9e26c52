package bridge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/wiretest"
)

// recovering returns options with connection state recovery.
func recovering() *socket.ServerOptions {
	o := options()
	r := new(socket.ConnectionStateRecovery)
	r.SetMaxDisconnectionDuration(time.Hour.Milliseconds())
	o.SetConnectionStateRecovery(r)
	return o
}

// ticket is what a client needs to come back.
type ticket struct{ SID, PID, offset string }

// join opens a connection, joins with auth and returns the ticket, behind the
// messages that came before the CONNECT reply.
func join(t *testing.T, f *fixture, auth string) (w *wiretest.WebSocket, got ticket, before []string) {
	t.Helper()
	w = open(t, f)
	w.Send(t, "40"+auth)
	for {
		m := w.Next(t).Payload
		if object, ok := strings.CutPrefix(m, "40"); ok {
			if err := json.Unmarshal([]byte(object), &got); err != nil || got.PID == "" {
				t.Fatalf("the CONNECT reply is %q: %v", m, err)
			}
			return w, got, before
		}
		before = append(before, m)
	}
}

// back is the auth of a client that comes back.
func (k ticket) back() string {
	if k.offset == "" {
		return fmt.Sprintf(`{"pid":%q}`, k.PID)
	}
	return fmt.Sprintf(`{"pid":%q,"offset":%q}`, k.PID, k.offset)
}

// last reads an event and notes its offset, which it returns the event without.
func (k *ticket) last(t *testing.T, packet string) string {
	t.Helper()
	var args []any
	if err := json.Unmarshal([]byte(strings.TrimPrefix(packet, "42")), &args); err != nil || len(args) == 0 {
		t.Fatalf("event %q: %v", packet, err)
	}
	offset, ok := args[len(args)-1].(string)
	if !ok {
		t.Fatalf("event %q has no offset", packet)
	}
	k.offset = offset
	return fmt.Sprint(args[:len(args)-1])
}

func TestClientThatComesBackGetsWhatItMissed(t *testing.T) {
	sockets := make(chan *socket.Socket, 4)
	f := serve(t, recovering(), func(f *fixture) {
		f.Handle("/", "relay", func(e *Event) { e.Broadcast("relay", e.Arg(0)) })
		f.onConnection("/", func(s *socket.Socket) {
			if !s.Recovered() {
				s.Join("x")
			}
			sockets <- s
		})
	})
	w, k, _ := join(t, f, "")
	first := next(t, "connection", sockets)
	other, _, _ := join(t, f, "")
	next(t, "connection", sockets)
	f.io.Emit("ev", 1)
	if got := k.last(t, w.Next(t).Payload); got != "[ev 1]" {
		t.Fatalf("the first event is %s", got)
	}
	w.Conn.Close()
	eventually(t, "the server notes that it has gone", func() bool { return f.io.Sockets().Sockets().Len() == 1 })
	f.io.Emit("ev", 2)
	f.io.To("x").Emit("ev", 3)
	f.io.To("y").Emit("not for it")
	f.io.Except("x").Emit("not for it")
	other.Send(t, `42["relay",4]`, "40/nobody,")
	for m := ""; !strings.HasPrefix(m, "44/nobody"); m = other.Next(t).Payload {
	}
	w, again, missed := join(t, f, k.back())
	if again.SID != k.SID || again.PID != k.PID {
		t.Errorf("it has come back as %+v, was %+v", again, k)
	}
	var got []string
	for _, packet := range missed {
		got = append(got, k.last(t, packet))
	}
	if want := "[[ev 2] [ev 3] [relay 4]]"; fmt.Sprint(got) != want {
		t.Errorf("it missed %v, want %v", got, want)
	}
	second := next(t, "connection", sockets)
	if !second.Recovered() || second.Id() != first.Id() || !second.Rooms().Has("x") {
		t.Errorf("recovered %v with id %s in %v", second.Recovered(), second.Id(), second.Rooms().Keys())
	}
	f.io.To("x").Emit("ev", 5)
	for m := k.last(t, w.Next(t).Payload); m != "[ev 5]"; m = k.last(t, w.Next(t).Payload) {
		t.Errorf("it gets %s", m)
	}
}

func TestClientThatCannotComeBackIsNew(t *testing.T) {
	for _, row := range []struct {
		name string
		auth func(k ticket) string
		end  func(t *testing.T, w *wiretest.WebSocket)
	}{
		{"with an offset that is unknown", func(k ticket) string { return fmt.Sprintf(`{"pid":%q,"offset":"nonsense"}`, k.PID) }, nil},
		{"with an id that is unknown", func(k ticket) string { return fmt.Sprintf(`{"pid":"nobody","offset":%q}`, k.offset) }, nil},
		{"with an id that is no string", func(k ticket) string { return fmt.Sprintf(`{"pid":5,"offset":%q}`, k.offset) }, nil},
		{"after it has left in order", ticket.back, func(t *testing.T, w *wiretest.WebSocket) { w.Send(t, "41") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, recovering(), nil)
			w, k, _ := join(t, f, "")
			f.io.Emit("ev", 1)
			k.last(t, w.Next(t).Payload)
			if row.end != nil {
				row.end(t, w)
			} else {
				w.Conn.Close()
			}
			eventually(t, "the server notes that it has gone", func() bool { return f.io.Sockets().Sockets().Len() == 0 })
			_, again, missed := join(t, f, row.auth(k))
			if again.SID == k.SID || again.PID == k.PID || len(missed) > 0 {
				t.Errorf("it has come back as %+v behind %q, was %+v", again, missed, k)
			}
		})
	}
}

// A listener for what goes out may send itself.
func TestOutgoingListenerMayEmit(t *testing.T) {
	for name, opts := range map[string]func() *socket.ServerOptions{"with recovery": recovering, "without recovery": options} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, opts(), func(f *fixture) {
				f.Handle("/", "relay", func(e *Event) { e.Broadcast("relay", codec.Value{}) })
				f.onConnection("/", func(s *socket.Socket) {
					s.OnAnyOutgoing(func(args ...any) {
						if args[0] == "ev" {
							s.Emit("echo")
							f.io.Emit("all")
						}
					})
					s.Emit("ready")
				})
			})
			p := wiretest.Connect(t, f.addr)
			p.Next(t)
			f.io.Emit("ev")
			got := ""
			for range 3 {
				got += fmt.Sprint(strings.Split(p.Next(t).Payload, `"`)[1], " ")
			}
			for _, want := range []string{"ev ", "echo ", "all "} {
				if !strings.Contains(got, want) {
					t.Errorf("got %s, want %s among it", got, want)
				}
			}
		})
	}
}

// The module closes sockets without a lock against those that it connects.
func TestServerThatStopsWhileAClientComesBack(t *testing.T) {
	for i := range 40 {
		gone := make(chan struct{})
		f := serve(t, recovering(), func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) {
				s.On("disconnect", func(...any) {
					if !s.Recovered() {
						close(gone)
					}
				})
			})
		})
		w, k, _ := join(t, f, "")
		w.Conn.Close()
		next(t, "disconnect", gone)
		again := open(t, f)
		again.Send(t, "40"+k.back())
		time.Sleep(time.Duration(i) * 10 * time.Microsecond)
		closed := make(chan struct{})
		go func() { // ends with the client's answer
			f.Close()
			close(closed)
		}()
		again.End(t)
		next(t, "end of Close", closed)
	}
}
