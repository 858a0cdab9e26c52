package faults

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// session is one that something will happen to.
type session struct {
	sid, transport string
	receive        func(t *testing.T) string // the next packet, while it works
}

// kinds are the ways to be connected.
var kinds = map[string]func(t *testing.T, addr string) session{
	"a WebSocket": func(t *testing.T, addr string) session {
		p := wiretest.Connect(t, addr)
		return onWebSocket(p.WebSocket, p.SID)
	},
	"a WebSocket of revision 3": func(t *testing.T, addr string) session {
		w := wiretest.Dial(t, addr, "/socket.io/?EIO=3&transport=websocket")
		sid, err := wiretest.SIDOf(w.Next(t).Payload, "0")
		if err != nil {
			t.Fatal(err)
		}
		w.Want(t, "40")
		return onWebSocket(w, sid)
	},
	"polling": func(t *testing.T, addr string) session {
		p := joined(t, addr)
		return session{p.SID, polling, p.next}
	},
	"polling upgraded to a WebSocket": func(t *testing.T, addr string) session {
		p := joined(t, addr)
		w := wiretest.Dial(t, addr, strings.Replace(p.Target, polling, webSocket, 1))
		w.Send(t, "2probe")
		w.Want(t, "3probe")
		w.Send(t, "5")
		return onWebSocket(w, p.SID)
	},
}

func onWebSocket(w *wiretest.WebSocket, sid string) session {
	return session{sid, webSocket, func(t *testing.T) string { return nextEvent(t, w) }}
}

// poller is a client on polling that has joined.
type poller struct {
	*wiretest.Polling
	due []string // packets of the last answer that nobody has asked for yet
}

func joined(t *testing.T, addr string) *poller {
	t.Helper()
	p := &poller{Polling: wiretest.OpenPolling(t, addr, "/socket.io/?EIO=4&transport=polling")}
	p.Post(t, "40").Want(t, 200, "ok")
	if _, err := wiretest.SIDOf(p.next(t), "40"); err != nil {
		t.Fatal(err)
	}
	return p
}

// next returns the next packet that is neither heartbeat nor noop. Heartbeats
// are answered.
func (p *poller) next(t *testing.T) string {
	t.Helper()
	for {
		for len(p.due) == 0 {
			p.due = wiretest.Split(p.Get(t).Body)
		}
		packet := p.due[0]
		switch p.due = p.due[1:]; packet {
		case "2":
			p.Post(t, "3").Want(t, 200, "ok")
		case "6":
		default:
			return packet
		}
	}
}

// breaks are what a network does to connections.
var breaks = map[string]func(p *proxy){
	"vanishes":    (*proxy).vanish,
	"is reset":    (*proxy).reset,
	"is cut":      (*proxy).cut,
	"is half cut": func(p *proxy) { p.each(func(c *net.TCPConn) { c.CloseWrite() }) },
}

// Whichever way a connection is lost, the server finds out, by the heartbeat at
// the latest, and forgets the session. The others do not notice.
func TestConnectionIsLost(t *testing.T) {
	for kind, connect := range kinds {
		for fault, breakIt := range breaks {
			t.Run(kind+" "+fault, func(t *testing.T) {
				t.Parallel()
				s := start(t, nil, quick...)
				others := watch(t, s)
				p := through(t, s)
				lost := connect(t, p.addr())
				others.a.Send(t, `42["offer","to everyone"]`)
				for _, got := range []string{lost.receive(t), nextEvent(t, others.b.WebSocket)} {
					if got != `42["offer","to everyone"]` {
						t.Fatalf("heard %q", got)
					}
				}
				breakIt(p)
				others.exchange(t)
				s.wantGone(t, lost.sid, lost.transport)
				others.exchange(t)
			})
		}
	}
}

// What is half of a frame when its sender is gone is nothing: no part of it
// reaches anybody.
func TestConnectionIsLostInMidFrame(t *testing.T) {
	frame := wiretest.Bytes(wiretest.Texts(`42["offer","` + strings.Repeat("x", 70_000) + `"]`)...)
	for fault, breakIt := range breaks {
		for _, at := range []int{1, 5, 12, 100, 50_000, len(frame) - 1} {
			t.Run(fmt.Sprint(fault, " after ", at), func(t *testing.T) {
				t.Parallel()
				s := start(t, nil, quick...)
				others := watch(t, s)
				p := through(t, s)
				lost := wiretest.Connect(t, p.addr())
				if _, err := lost.Conn.Write(frame[:at]); err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Millisecond) // for the proxy to pass it on
				breakIt(p)
				s.wantGone(t, lost.SID, webSocket)
				others.exchange(t)
			})
		}
	}
}

// A frame that never ends holds its sender's connection and nobody else's, and
// that no longer than until the heartbeat is missed.
func TestFrameStalls(t *testing.T) {
	s := start(t, nil, quick...)
	others := watch(t, s)
	stalled := wiretest.Connect(t, s.addr)
	frame := wiretest.Bytes(wiretest.Texts(`42["offer","` + strings.Repeat("x", 70_000) + `"]`)...)
	if _, err := stalled.Conn.Write(frame[:1000]); err != nil {
		t.Fatal(err)
	}
	go func() { // ends when the server closes the connection
		for _, b := range frame[1000:] {
			if _, err := stalled.Conn.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond) // bytes are no sign of life, packets are
		}
	}()
	for !s.gone(t, stalled.SID, polling) {
		others.exchange(t)
	}
	others.exchange(t)
}

// A polling client that dies between its requests is missed by the heartbeat.
func TestPollingClientDies(t *testing.T) {
	for name, die := range map[string]func(t *testing.T, s *server, p *poller){
		"after a GET": func(*testing.T, *server, *poller) {},
		"after a POST": func(t *testing.T, _ *server, p *poller) {
			p.Post(t, `42["message",{"channel":"nobody","message":1}]`).Want(t, 200, "ok")
		},
		"in the middle of a POST": func(t *testing.T, s *server, p *poller) {
			c := wiretest.DialTCP(t, s.addr)
			fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n42[\"offer\",", p.Target)
			time.Sleep(20 * time.Millisecond)
			c.Close()
		},
		"in the middle of a POST, without a word": func(t *testing.T, s *server, p *poller) {
			c := wiretest.DialTCP(t, s.addr)
			fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n42[\"offer\",", p.Target)
		},
		"while a GET is held": func(t *testing.T, s *server, p *poller) {
			c := wiretest.DialTCP(t, s.addr)
			fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", p.Target)
			time.Sleep(20 * time.Millisecond)
			c.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, nil, quick...)
			others := watch(t, s)
			p := joined(t, s.addr)
			die(t, s, p)
			others.exchange(t)
			s.wantGone(t, p.SID, polling)
			others.exchange(t)
		})
	}
}

// A client that sends part of a request and nothing more keeps nobody waiting.
func TestRequestStalls(t *testing.T) {
	s := start(t, nil, quick...)
	others := watch(t, s)
	for _, part := range []string{"", "G", "GET / HTTP/1.1\r\nHost: x\r\n", "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nContent-Length: 9\r\n\r\n4"} {
		for range 20 {
			c := wiretest.DialTCP(t, s.addr)
			io.WriteString(c, part)
		}
	}
	others.exchange(t)
	wiretest.NewBrowser(t, s.addr).Must(t, "GET", "/", "")
}
