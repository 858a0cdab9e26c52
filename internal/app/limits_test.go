package app

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

const handshakeTarget = "/socket.io/?EIO=4&transport=polling"

// handshakes opens polling sessions, one for each forwarded address.
func handshakes(t *testing.T, p *running, forwarded ...string) (statuses []int) {
	t.Helper()
	browser := wiretest.NewBrowser(t, p.addr)
	for _, from := range forwarded {
		a := browser.Must(t, "GET", handshakeTarget, "", "X-Forwarded-For", from, "Origin", "https://a.example")
		if a.Status == 503 && (a.Header.Get("Retry-After") != "1" || a.Header.Get("Access-Control-Allow-Origin") != "https://a.example") {
			t.Errorf("a 503 has the headers %v", a.Header)
		}
		statuses = append(statuses, a.Status)
	}
	return statuses
}

func TestAdmissionOfTheProgram(t *testing.T) {
	const a, b = "192.0.2.1", "192.0.2.2"
	proxy := []string{"-trusted-proxies", "127.0.0.0/8"}
	for _, row := range []struct {
		name     string
		args     []string
		from     []string
		statuses []int
	}{
		{"no limit", nil, []string{a, a, a, b}, []int{200, 200, 200, 200}},
		{"sessions", []string{"-max-sessions", "2"}, []string{a, b, a}, []int{200, 200, 503}},
		{"sessions of an address", append(proxy, "-max-sessions-per-ip", "2"), []string{a, a, b, a, b}, []int{200, 200, 200, 503, 200}},
		{"a header from nobody who is trusted", []string{"-max-sessions-per-ip", "2"}, []string{a, b, "192.0.2.3"}, []int{200, 200, 503}},
		{"the preset for the internet", append(proxy, "-preset", "internet", "-drain", "0s", "-max-sessions-per-ip", "1"), []string{a, a, b}, []int{200, 503, 200}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := start(t, row.args...)
			got := handshakes(t, p, row.from...)
			for i, want := range row.statuses {
				if got[i] != want {
					t.Fatalf("the answers are %v, want %v", got, row.statuses)
				}
			}
			if slices.Contains(got, 503) {
				p.log.Await(t, "handshake refused")
			}
		})
	}
}

// Of many handshakes at once some are answered 503, over either transport. Clients
// of another address are not affected.
func TestHandshakeRateOfTheProgram(t *testing.T) {
	const many = 40
	t.Run("of all", func(t *testing.T) {
		p := start(t, "-handshake-rate", "1:2")
		refused := 0
		for range many {
			w, err := wiretest.TryDial(p.addr, wiretest.PeerTarget)
			switch {
			case err == nil:
				w.Conn.Close()
			case strings.Contains(err.Error(), "503"):
				refused++
			default:
				t.Fatal(err)
			}
		}
		if refused == 0 {
			t.Errorf("%d are let in, where two may come at once", many)
		}
	})
	t.Run("of an address", func(t *testing.T) {
		p := start(t, "-handshake-rate-per-ip", "1:2", "-trusted-proxies", "127.0.0.1")
		if got := handshakes(t, p, slices.Repeat([]string{"192.0.2.1"}, many)...); !slices.Contains(got, 503) {
			t.Errorf("the answers to one address are %v", got)
		}
		if got := handshakes(t, p, "192.0.2.2"); got[0] != 200 {
			t.Errorf("the answer to another is %v", got)
		}
	})
}

// A session that ends gives its admission slot back.
func TestSessionsComeAndGo(t *testing.T) {
	p := start(t, "-max-sessions", "1", "-max-sessions-per-ip", "1")
	for range 5 {
		peer := wiretest.Connect(t, p.addr)
		if _, err := wiretest.TryDial(p.addr, wiretest.PeerTarget); err == nil || !strings.Contains(err.Error(), "503") {
			t.Errorf("a second one is answered %v, want a 503", err)
		}
		peer.Conn.Close()
		for end := time.Now().Add(wiretest.Patience); handshakeable(p) != nil; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("the admission slot of a closed session was not released")
			}
		}
	}
}

// handshakeable opens a session and closes it at once.
func handshakeable(p *running) error {
	w, err := wiretest.TryConnect(p.addr)
	if err != nil {
		return err
	}
	w.Write(wiretest.Frame{Op: wiretest.Close})
	for {
		if _, err := w.Message(); err != nil {
			return w.Conn.Close()
		}
	}
}

func TestRatesOfTheProgram(t *testing.T) {
	large := `42["offer","` + strings.Repeat("x", 1000) + `"]`
	for _, row := range []struct {
		name   string
		args   []string
		packet string
		log    string
		closed bool
	}{
		{"events, closed", []string{"-event-rate", "1:7"}, `42["offer",1]`, "-event-rate", true},
		{"bytes, closed", []string{"-byte-rate", "10:8000"}, large, "-byte-rate", true},
		{"events, dropped", []string{"-event-rate", "1:7", "-over-rate", "drop"}, `42["offer",1]`, "event dropped", false},
		{"bytes, dropped", []string{"-byte-rate", "10:8000", "-over-rate", "drop"}, large, "event dropped", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := start(t, row.args...)
			flood, other := wiretest.Connect(t, p.addr), wiretest.Connect(t, p.addr)
			for range 50 {
				flood.Write(wiretest.Texts(row.packet)...)
			}
			for range 7 { // as many as are allowed
				other.Want(t, row.packet)
			}
			other.Send(t, `42["answer",1]`)
			if row.closed {
				flood.WantClose(t, wiretest.NoCode)
			} else {
				flood.Want(t, `42["answer",1]`)
			}
			p.log.Await(t, row.log)
		})
	}
}

func TestNamespacesOfTheProgram(t *testing.T) {
	peer := wiretest.Connect(t, start(t, "-max-namespaces", "1").addr)
	peer.Send(t, "40/more,")
	peer.Want(t, `44/more,{"data":{"code":"too_many_namespaces","message":"too many namespaces: leave one first"},"message":"too many namespaces: leave one first"}`)
}

// A client that does not read is closed at the limits of its queue.
func TestQueueOfTheProgram(t *testing.T) {
	large := `42["offer","` + strings.Repeat("x", 1000) + `"]`
	for _, row := range []struct{ name, flag, bound string }{
		{"in packets", "-queue-packets", "20"},
		{"in bytes", "-queue-bytes", "20000"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := start(t, row.flag, row.bound)
			deaf := wiretest.OpenPolling(t, p.addr, handshakeTarget)
			deaf.Post(t, "40").Want(t, 200, "ok")
			deaf.Get(t) // when it has joined
			sender, other := wiretest.Connect(t, p.addr), wiretest.Connect(t, p.addr)
			for range 50 {
				sender.Send(t, large)
				other.Want(t, large)
			}
			deaf.Want(t, 400, `{"code":1,"message":"Session ID unknown"}`)
			p.log.Await(t, "does not read")
		})
	}
}

// One that polls and then does not read the answer is a slow consumer too.
func TestAnswerThatIsNotRead(t *testing.T) {
	p := start(t, "-write-timeout", "200ms", "-queue-bytes", "100000000")
	deaf := wiretest.OpenPolling(t, p.addr, handshakeTarget)
	deaf.Post(t, "40").Want(t, 200, "ok")
	deaf.Get(t) // when it has joined
	sender, other := wiretest.Connect(t, p.addr), wiretest.Connect(t, p.addr)
	large := `42["offer","` + strings.Repeat("x", 500_000) + `"]`
	for range 40 { // more than the system's buffers hold
		sender.Send(t, large)
		other.Want(t, large)
	}
	conn := wiretest.DialTCP(t, p.addr)
	io.WriteString(conn, "GET "+deaf.Target+" HTTP/1.1\r\nHost: a\r\n\r\n")
	p.log.Await(t, "does not read")
	deaf.Want(t, 400, `{"code":1,"message":"Session ID unknown"}`)
	sender.Send(t, large)
	other.Want(t, large)
}

// A connection that holds something without using it is closed.
func TestIdleConnectionsOfTheProgram(t *testing.T) {
	post := "POST " + handshakeTarget + "&sid=SID HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4"
	for _, row := range []struct {
		name string
		args []string
		sent string
	}{
		{"half a header", []string{"-header-timeout", "50ms"}, "GET / HT"},
		{"a long header", []string{"-header-bytes", "1024"}, "GET / HTTP/1.1\r\nA: " + strings.Repeat("a", 8000) + "\r\n\r\n"},
		{"half a body", []string{"-body-timeout", "50ms"}, post},
		{"no further request", []string{"-idle-timeout", "50ms"}, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"others that have come since", []string{"-max-idle-connections", "2"}, "GET /"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := start(t, row.args...)
			session := wiretest.OpenPolling(t, p.addr, handshakeTarget)
			conn := wiretest.DialTCP(t, p.addr)
			io.WriteString(conn, strings.ReplaceAll(row.sent, "SID", session.SID))
			for range 2 {
				wiretest.DialTCP(t, p.addr)
			}
			conn.SetDeadline(time.Now().Add(wiretest.Patience))
			if _, err := io.ReadAll(conn); err != nil {
				if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
					t.Error("the connection stays open")
				}
			}
		})
	}
}
