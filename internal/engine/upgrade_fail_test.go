package engine

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// Each row breaks an attempt off. It must cost the session nothing.
func TestFailedUpgradeLeavesTheSessionOnPolling(t *testing.T) {
	send := func(frames ...wiretest.Frame) func(*testing.T, *wiretest.WebSocket) {
		return func(t *testing.T, w *wiretest.WebSocket) {
			if err := w.Write(frames...); err != nil {
				t.Fatal(err)
			}
		}
	}
	probed := func(frames ...wiretest.Frame) func(*testing.T, *wiretest.WebSocket) {
		return func(t *testing.T, w *wiretest.WebSocket) {
			w.Send(t, "2probe")
			w.Want(t, "3probe")
			send(frames...)(t, w)
		}
	}
	end := func(linger int) func(*testing.T, *wiretest.WebSocket) {
		return func(t *testing.T, w *wiretest.WebSocket) {
			setLinger(t, w.Conn, linger)
			w.Conn.Close()
		}
	}
	text := func(s string) wiretest.Frame { return wiretest.Frame{Op: wiretest.Text, Payload: s} }
	for _, row := range []struct {
		name string
		fail func(*testing.T, *wiretest.WebSocket)
		code int
	}{
		{"the stream ends before the probe", end(-1), wiretest.NoFrame},
		{"a reset before the probe", end(0), wiretest.NoFrame},
		{"a close frame before the probe", send(wiretest.Frame{Op: wiretest.Close, Payload: "\x03\xE8"}), 1000},
		{"a message in the place of the probe", send(text("4a")), wiretest.NoCode},
		{"a ping without probe in it", send(text("2")), wiretest.NoCode},
		{"more than a probe", send(text("2probes")), wiretest.NoCode},
		{"a probe in a binary frame", send(wiretest.Frame{Op: wiretest.Binary, Payload: "2probe"}), wiretest.NoCode},
		{"what is no packet", send(text("x")), wiretest.NoCode},
		{"an empty text", send(text("")), wiretest.NoCode},
		{"a frame without a mask", send(wiretest.Frame{Op: wiretest.Text, Unmasked: true, Payload: "2probe"}), 1002},
		{"text that is not UTF-8", send(text("\xFF")), 1007},
		{"a frame that is too large", send(text(strings.Repeat("x", 5001))), 1009},
		{"a message in the place of the upgrade", probed(text("4a")), wiretest.NoCode},
		{"a noop in the place of the upgrade", probed(text("6")), wiretest.NoCode},
		{"an upgrade in a binary frame", probed(wiretest.Frame{Op: wiretest.Binary, Payload: "5"}), wiretest.NoCode},
		{"a close frame in the place of the upgrade", probed(wiretest.Frame{Op: wiretest.Close}), wiretest.NoCode},
		{"half an upgrade", func(t *testing.T, w *wiretest.WebSocket) {
			probed()(t, w)
			w.Conn.Write(wiretest.Bytes(text("5"))[:5])
			end(-1)(t, w)
		}, wiretest.NoFrame},
		{"the stream ends after the probe", func(t *testing.T, w *wiretest.WebSocket) {
			probed()(t, w)
			end(-1)(t, w)
		}, wiretest.NoFrame},
		{"a reset after the probe", func(t *testing.T, w *wiretest.WebSocket) {
			probed()(t, w)
			end(0)(t, w)
		}, wiretest.NoFrame},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.MaxPayload = 5000
			f := serve(t, opts, echo)
			p, s := f.polling(t)
			w := wiretest.Dial(t, f.addr, target+WebSocket+"&sid="+p.SID)
			row.fail(t, w)
			w.WantClose(t, row.code)
			eventually(t, "the attempt is over", func() bool { return !s.Upgrading() })
			wantOnPolling(t, p, s)
			wantUpgrade(t, f, p)
		})
	}
}

// wantOnPolling sends a message through a polling session that echoes.
func wantOnPolling(t *testing.T, p *wiretest.Polling, s *Session) {
	t.Helper()
	if s.Transport() != Polling || s.Upgraded() {
		t.Errorf("the transport is %s, upgraded: %v", s.Transport(), s.Upgraded())
	}
	p.Post(t, "4by polling").Want(t, 200, "ok")
	a := p.Get(t)
	if a.Body == "6" { // the last of the attempt's noops
		a = p.Get(t)
	}
	a.Want(t, 200, "4by polling")
}

// wantUpgrade takes a session that echoes from polling to WebSocket.
func wantUpgrade(t *testing.T, f *fixture, p *wiretest.Polling) {
	t.Helper()
	w := f.probe(t, p)
	w.Send(t, "5", "4by WebSocket")
	w.Want(t, "4by WebSocket")
}

func TestUpgradeThatTakesTooLong(t *testing.T) {
	for _, row := range []struct {
		name  string
		probe bool
	}{
		{"without a probe", false},
		{"with a probe", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
				s := b.polling(packet.Revision4)
				c, ws := b.pipe()
				clock := newClock()
				go s.tryUpgrade(ws) // ends with the pipe
				if row.probe {
					c.send("2probe")
					c.want("3probe")
				}
				c.wantClose()
				clock.want(t, "the attempt ends", 10)
				if s.Upgrading() || !s.Open() {
					t.Errorf("upgrading %v, open %v after the timeout", s.Upgrading(), s.Open())
				}
				poll := hold(s)
				s.Send(text("a"))
				if got := <-poll; got != "4a" {
					t.Errorf("the poll brings %q", got)
				}
			})
		})
	}
}

// A peer that probes and pings without end but reads nothing blocks the writes
// to it. Its attempt must end all the same.
func TestUpgradeThatIsFloodedEnds(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		c, ws := b.pipe()
		over := make(chan struct{})
		go func() { // ends with the attempt
			s.tryUpgrade(ws)
			close(over)
		}()
		flood := wiretest.Bytes(wiretest.Frame{Op: wiretest.Ping, Payload: "p"}, wiretest.Frame{Op: wiretest.Text, Payload: "2probe"})
		for first := true; first || s.Upgrading(); first = false {
			c.conn.Write(flood) // blocks as long as the server does
		}
		c.conn.Close()
		<-over
		if !s.Open() || s.Transport() != Polling {
			t.Errorf("open %v on %s after the attempt", s.Open(), s.Transport())
		}
	})
}

// The upgrade packet and the timeout meet: whichever is first, nothing is lost.
func TestUpgradeAtTheTimeout(t *testing.T) {
	for _, delay := range []time.Duration{-time.Nanosecond, 0, time.Nanosecond} {
		t.Run(delay.String(), func(t *testing.T) {
			for range 50 {
				inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
					s := b.polling(packet.Revision4)
					c, ws := b.pipe()
					go s.tryUpgrade(ws) // ends with the pipe
					c.send("2probe")
					c.want("3probe")
					time.Sleep(10*time.Second + delay)
					c.conn.Write(wiretest.Bytes(wiretest.Texts("5")...)) // fails if the attempt is over
					synctest.Wait()
					if !s.Open() {
						t.Fatal("the session has ended")
					}
					go s.Send(text("a")) // ends when it is read
					if s.Upgraded() {
						c.want("4a")
					} else if got := <-hold(s); got != "4a" {
						t.Fatalf("the poll brings %q", got)
					}
					c.conn.Close()
				})
			}
		})
	}
}
