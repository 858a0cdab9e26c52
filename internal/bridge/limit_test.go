package bridge

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/limit"
	"signaling/internal/wiretest"
)

// limited runs a server with limits whose event "echo" is sent back.
func limited(t *testing.T, l ClientLimits) (*fixture, *limit.Counts, <-chan string) {
	t.Helper()
	reasons := make(chan string, 8)
	f := serve(t, options(), func(f *fixture) {
		l.Counts = limit.NewCounts(slog.New(slog.NewTextHandler(f.log, nil)))
		f.Limit(l)
		for _, nsp := range []string{"/", "/a", "/b", "/c"} {
			f.onConnection(nsp, func(s *socket.Socket) {
				s.On("echo", func(args ...any) { s.Emit("echo", args...) })
				s.On("disconnect", func(args ...any) { reasons <- args[0].(string) })
			})
		}
	})
	return f, f.limits.Counts, reasons
}

const echo = `42["echo",1]`

func many(n int, message string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = message
	}
	return all
}

func TestSessionOverItsRateIsClosed(t *testing.T) {
	const burst = 5
	events := limit.Rate{PerSecond: 1, Burst: burst}
	bytes := limit.Rate{PerSecond: 1, Burst: 1000}
	for _, row := range []struct {
		name   string
		limits ClientLimits
		fits   int
		packet string
		answer string
	}{
		{"in events", ClientLimits{Events: events}, burst, echo, echo},
		{"in bytes", ClientLimits{Bytes: bytes}, 3, `42["echo","` + strings.Repeat("x", 300) + `"]`, `42["echo","` + strings.Repeat("x", 300) + `"]`},
		{"in packets that are no events", ClientLimits{Events: events}, burst - 1, `40/nope,`, `44/nope,{"message":"Invalid namespace"}`},
		{"in packets that are no events, where events are dropped", ClientLimits{Events: events, Drop: true}, burst - 1, `40/nope,`, `44/nope,{"message":"Invalid namespace"}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, counts, reasons := limited(t, row.limits)
			other := wiretest.Connect(t, f.addr)
			p := wiretest.Connect(t, f.addr)
			p.Send(t, many(row.fits, row.packet)...)
			p.Want(t, many(row.fits, row.answer)...)
			p.Send(t, many(3*burst, row.packet)...)
			p.WantClose(t, wiretest.NoCode)
			if r := next(t, "reason", reasons); r != "rate exceeded" {
				t.Errorf("the reason is %q", r)
			}
			if n := counts.Of(limit.EventsClosed); n != 1 {
				t.Errorf("%d sessions are counted as closed", n)
			}
			if log := f.log.String(); !strings.Contains(log, "-event-rate") || !strings.Contains(log, p.SID) {
				t.Errorf("the log says %q", log)
			}
			other.Send(t, echo)
			other.Want(t, echo)
		})
	}
}

// What is over the rate is dropped, whole, and what is within it goes on.
func TestEventsOverTheRateAreDropped(t *testing.T) {
	const burst, sent = 5, 40
	f, counts, _ := limited(t, ClientLimits{Events: limit.Rate{PerSecond: 1, Burst: burst}, Drop: true})
	p := wiretest.Connect(t, f.addr)
	for range sent {
		p.Write(wiretest.Frame{Op: wiretest.Text, Payload: `451-["echo",{"_placeholder":true,"num":0}]`},
			wiretest.Frame{Op: wiretest.Binary, Payload: "abc"})
	}
	p.Send(t, "40/a,") // what is no event has a rate of its own
	got := 0
	for {
		m := p.Next(t)
		if strings.HasPrefix(m.Payload, "40/a,") {
			break
		}
		got++
		if m.Payload != `451-["echo",{"_placeholder":true,"num":0}]` {
			t.Fatalf("message %.80q", m.Payload)
		}
		p.WantBinary(t, "abc")
	}
	dropped := int(counts.Of(limit.EventsDropped))
	if got < burst || got+dropped != sent {
		t.Errorf("of %d events %d came back and %d are counted as dropped; the burst is %d", sent, got, dropped, burst)
	}
	if n := strings.Count(f.log.String(), "event dropped"); n != 1 {
		t.Errorf("%d lines are logged, want 1", n)
	}
}

func TestClientInTooManyNamespaces(t *testing.T) {
	f, counts, _ := limited(t, ClientLimits{Namespaces: 2})
	p := wiretest.Connect(t, f.addr)
	p.Join(t, "/a")
	p.Send(t, "40/b,", echo)
	p.Want(t, `44/b,{"data":{"code":"too_many_namespaces","message":"too many namespaces: leave one first"},"message":"too many namespaces: leave one first"}`, echo)
	if n := counts.Of(limit.Namespaces); n != 1 {
		t.Errorf("%d refusals are counted", n)
	}
	p.Send(t, "41/a,")
	p.Join(t, "/b")
}
