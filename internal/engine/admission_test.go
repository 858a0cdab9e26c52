package engine

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"signaling/internal/limit"
	"signaling/internal/wiretest"
)

func TestHandshakeThatIsNotAdmitted(t *testing.T) {
	opts := options()
	opts.CORS = &CORS{Credentials: true}
	opts.Admit = func(*http.Request) (func(), error) { return nil, errors.New("come back later") }
	f := serve(t, opts, hooks{})
	const origin = "https://a.example"
	for _, row := range []struct {
		name   string
		header []string
	}{
		{"over polling", []string{"Origin", origin}},
		{"over WebSocket", []string{"Origin", origin, "Connection", "Upgrade", "Upgrade", "websocket",
			"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}},
	} {
		t.Run(row.name, func(t *testing.T) {
			transport := Polling
			if len(row.header) > 2 {
				transport = WebSocket
			}
			a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", target+transport, "", row.header...)
			a.Want(t, 503, "come back later\n")
			for name, want := range map[string]string{
				"Retry-After": "1", "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
	if n := f.Count(); n != 0 {
		t.Errorf("%d sessions are open", n)
	}
}

// Whatever becomes of a handshake, its place is given back, once.
func TestPlaceIsGivenBack(t *testing.T) {
	wrongKey := strings.Replace(wiretest.Handshake(target+WebSocket), "Sec-WebSocket-Key: ", "Sec-WebSocket-Key: short", 1)
	for _, row := range []struct {
		name    string
		admits  int64 // how many places are taken
		connect func(t *testing.T, f *fixture)
	}{
		{"a WebSocket session that ends", 1, func(t *testing.T, f *fixture) {
			w, _ := f.ws(t)
			w.Conn.Close()
		}},
		{"a polling session that ends", 1, func(t *testing.T, f *fixture) {
			p, _ := f.polling(t)
			p.Post(t, "1").Want(t, 200, "ok")
		}},
		{"a session that moves to WebSocket", 1, func(t *testing.T, f *fixture) {
			p, _ := f.polling(t)
			w := f.probe(t, p)
			w.Send(t, "5")
			w.Conn.Close()
		}},
		{"a malformed opening handshake", 1, func(t *testing.T, f *fixture) {
			if got := raw(t, f.addr, wrongKey); !strings.HasPrefix(got, "HTTP/1.1 400 ") {
				t.Errorf("the answer is %.100q", got)
			}
		}},
		{"another revision over WebSocket", 1, func(t *testing.T, f *fixture) {
			raw(t, f.addr, wiretest.Handshake(target3+WebSocket))
		}},
		{"another revision over polling takes none", 0, func(t *testing.T, f *fixture) {
			wiretest.NewBrowser(t, f.addr).Must(t, "GET", target3+Polling, "").Want(t, 400, `{"code":5,"message":"Unsupported protocol version"}`)
		}},
		{"an unknown session takes none", 0, func(t *testing.T, f *fixture) {
			wiretest.NewBrowser(t, f.addr).Must(t, "GET", target+Polling+"&sid=x", "").Want(t, 400, `{"code":1,"message":"Session ID unknown"}`)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var taken, given atomic.Int64
			opts := options()
			opts.AllowRevision3 = false
			opts.Admit = func(*http.Request) (func(), error) {
				taken.Add(1)
				return func() { given.Add(1) }, nil
			}
			f := serve(t, opts, hooks{})
			row.connect(t, f)
			eventually(t, "the place is given back", func() bool { return given.Load() == row.admits })
			f.Close()
			if taken.Load() != row.admits || given.Load() != row.admits {
				t.Errorf("%d places taken, %d given back, want %d", taken.Load(), given.Load(), row.admits)
			}
		})
	}
}

// A client may fill its connection with what is no message, and with nothing
// that costs the server an answer.
func TestControlRate(t *testing.T) {
	const burst = 7
	opts := options()
	opts.ControlRate = limit.Rate{PerSecond: 1, Burst: burst}
	many := func(f wiretest.Frame) []wiretest.Frame {
		all := make([]wiretest.Frame, 3*burst)
		for i := range all {
			all[i] = f
		}
		return all
	}
	for _, row := range []struct {
		name, target string
		frame        wiretest.Frame
	}{
		{"WebSocket pings", target, wiretest.Frame{Op: wiretest.Ping}},
		{"WebSocket pongs that nobody asked for", target, wiretest.Frame{Op: wiretest.Pong}},
		{"pongs", target, wiretest.Frame{Op: wiretest.Text, Payload: "3"}},
		{"pings of revision 3", target3, wiretest.Frame{Op: wiretest.Text, Payload: "2"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			f := serve(t, opts, hooks{closed: closed})
			w := wiretest.Dial(t, f.addr, row.target+WebSocket)
			w.Next(t)
			w.Write(many(row.frame)[:burst]...)
			w.Write(wiretest.Frame{Op: wiretest.Text, Payload: "4still here"})
			if n := f.Count(); n != 1 {
				t.Errorf("%d sessions are open after as many as are allowed", n)
			}
			w.Write(many(row.frame)...)
			want(RateExceeded)
			w.WantClose(t, wiretest.NoCode)
		})
	}
	t.Run("WebSocket pings during an upgrade", func(t *testing.T) {
		closed, want := reasons(t)
		f := serve(t, opts, hooks{closed: closed})
		p, _ := f.polling(t)
		f.probe(t, p).Write(many(wiretest.Frame{Op: wiretest.Ping})...)
		want(RateExceeded)
	})
}
