package faults

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// attempt is an upgrade of a polling session, on its way to be broken off.
type attempt struct {
	polling *poller
	conn    net.Conn // by way of the proxy
}

// write writes to the connection of an attempt.
func (a *attempt) write(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(a.conn, text); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // for the proxy to pass it on
}

// The steps of an upgrade, each behind those before it.
var steps = []struct {
	name string
	do   func(t *testing.T, a *attempt, target string)
}{
	{"a connection", func(*testing.T, *attempt, string) {}},
	{"half of the request", func(t *testing.T, a *attempt, target string) {
		a.write(t, wiretest.Handshake(target)[:60])
	}},
	{"the request", func(t *testing.T, a *attempt, target string) {
		a.write(t, wiretest.Handshake(target)[60:])
	}},
	{"half of the probe", func(t *testing.T, a *attempt, _ string) {
		a.write(t, string(probe[:4]))
	}},
	{"the probe", func(t *testing.T, a *attempt, _ string) {
		a.write(t, string(probe[4:]))
	}},
	{"half of the last packet", func(t *testing.T, a *attempt, _ string) {
		a.write(t, string(last[:3]))
	}},
}

var probe, last = wiretest.Bytes(wiretest.Texts("2probe")...), wiretest.Bytes(wiretest.Texts("5")...)

// An upgrade that is broken off leaves the session where it was: on polling,
// with everything that was sent, and free to try again.
func TestUpgradeIsBrokenOff(t *testing.T) {
	for fault, breakIt := range breaks {
		for i, last := range steps {
			t.Run(last.name+" "+fault, func(t *testing.T) {
				t.Parallel()
				s := start(t, nil)
				others := watch(t, s)
				a := &attempt{polling: joined(t, s.addr)}
				p := through(t, s)
				var err error
				if a.conn, err = net.Dial("tcp", p.addr()); err != nil {
					t.Fatal(err)
				}
				defer a.conn.Close()
				target := strings.Replace(a.polling.Target, polling, webSocket, 1)
				for _, step := range steps[:i+1] {
					step.do(t, a, target)
				}
				others.a.Send(t, `42["offer","before"]`)
				breakIt(p)
				others.a.Send(t, `42["offer","after"]`)
				for _, want := range []string{`42["offer","before"]`, `42["offer","after"]`} {
					if got := a.polling.next(t); got != want {
						t.Fatalf("on polling comes %q, want %q", got, want)
					}
				}
				a.polling.Post(t, `42["answer","still here"]`).Want(t, 200, "ok")
				for _, peer := range []*wiretest.Peer{others.a, others.b} {
					for got := ""; got != `42["answer","still here"]`; {
						got = nextEvent(t, peer.WebSocket)
					}
				}
				if fault == "vanishes" {
					return // that attempt has ten seconds, and there is one at a time
				}
				again := upgrade(t, s, a.polling)
				again.Send(t, `42["answer","on WebSocket"]`)
				if got := nextEvent(t, others.a.WebSocket); got != `42["answer","on WebSocket"]` {
					t.Errorf("after the second attempt comes %q", got)
				}
			})
		}
	}
}

// upgrade takes a session to WebSocket, as soon as the server has seen the end
// of an attempt before.
func upgrade(t *testing.T, s *server, p *poller) *wiretest.WebSocket {
	t.Helper()
	for deadline := time.Now().Add(wiretest.Patience); ; time.Sleep(20 * time.Millisecond) {
		w := wiretest.Dial(t, s.addr, strings.Replace(p.Target, polling, webSocket, 1))
		w.Send(t, "2probe")
		if f, err := w.Message(); err == nil && f.Payload == "3probe" {
			w.Send(t, "5")
			return w
		}
		if time.Now().After(deadline) {
			t.Fatal("the session cannot be upgraded any more")
		}
	}
}

// Once the last packet is through, the session lives and dies with its WebSocket.
func TestConnectionIsLostRightAfterTheUpgrade(t *testing.T) {
	for fault, breakIt := range breaks {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			s := start(t, nil, quick...)
			others := watch(t, s)
			p := through(t, s)
			session := joined(t, s.addr)
			w := wiretest.Dial(t, p.addr(), strings.Replace(session.Target, polling, webSocket, 1))
			w.Send(t, "2probe")
			w.Want(t, "3probe")
			w.Send(t, "5", `42["offer","on WebSocket"]`)
			if got := nextEvent(t, others.a.WebSocket); got != `42["offer","on WebSocket"]` {
				t.Fatalf("heard %q", got)
			}
			nextEvent(t, others.b.WebSocket)
			breakIt(p)
			s.wantGone(t, session.SID, webSocket)
			others.exchange(t)
		})
	}
}
