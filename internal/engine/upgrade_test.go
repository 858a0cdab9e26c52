package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
	"signaling/internal/websocket"
	"signaling/internal/wiretest"
)

func TestUpgrade(t *testing.T) {
	f := serve(t, options(), echo)
	p, s := f.polling(t)
	p.Post(t, "4one").Want(t, 200, "ok")
	w := f.probe(t, p)
	if s.Transport() != Polling || !s.Upgrading() || s.Upgraded() {
		t.Errorf("behind the probe: transport %s, upgrading %v, upgraded %v", s.Transport(), s.Upgrading(), s.Upgraded())
	}
	// Polling goes on until the upgrade packet.
	p.Want(t, 200, "4one")
	p.Post(t, "4two").Want(t, 200, "ok")
	w.Send(t, "5", "4three")
	w.Want(t, "4two", "4three") // what polling has not taken comes first
	if s.Transport() != WebSocket || s.Upgrading() || !s.Upgraded() {
		t.Errorf("behind the upgrade: transport %s, upgrading %v, upgraded %v", s.Transport(), s.Upgrading(), s.Upgraded())
	}
	mismatch := `{"code":3,"message":"Bad request"}`
	p.Want(t, 400, mismatch)
	p.Post(t, "4late").Want(t, 400, mismatch)
	w.Send(t, "4four")
	w.Want(t, "4four")
}

// What has been waiting for a poll goes to the WebSocket without being asked for.
func TestUpgradeBringsWhatIsQueued(t *testing.T) {
	f := serve(t, options(), hooks{})
	p, s := f.polling(t)
	w := f.probe(t, p)
	s.Send(text("a"), message("b", true))
	w.Send(t, "5")
	w.Want(t, "4a")
	w.WantBinary(t, "b")
}

func TestUpgradeInRevision3(t *testing.T) {
	f := serve(t, options(), echo)
	p := wiretest.OpenPolling(t, f.addr, target3+Polling)
	p.Post(t, "4:4one").Want(t, 200, "ok")
	w := wiretest.Dial(t, f.addr, target3+WebSocket+"&sid="+p.SID)
	w.Send(t, "2probe")
	w.Want(t, "3probe")
	p.Want(t, 200, "4:4one")
	w.Send(t, "5")
	w.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x04bin"})
	w.WantBinary(t, "\x04bin")
}

func TestPollThatIsHeldAtTheUpgradeIsClosed(t *testing.T) {
	f := serve(t, options(), hooks{})
	p, s := f.polling(t)
	w := wiretest.Dial(t, f.addr, target+WebSocket+"&sid="+p.SID)
	poll := p.Hold(t)
	held(t, s)
	w.Send(t, "5") // without a probe, so that no noop comes first
	poll().Want(t, 200, "1")
	s.Send(text("a"))
	w.Want(t, "4a")
}

func TestPollIsReleasedEvery100Milliseconds(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		c, ws := b.pipe()
		clock := newClock()
		go s.tryUpgrade(ws) // ends with the pipe
		c.send("2probe")
		c.want("3probe")
		for i := range 3 {
			if got := <-hold(s); got != "6" {
				t.Errorf("the poll brings %q, want a noop", got)
			}
			clock.want(t, "a poll is released", float64(i+1)/10)
		}
		c.send("5")
		synctest.Wait()
		s.Send(text("a"))
		c.want("4a")
		time.Sleep(time.Second) // the ticker has ended, or there would be no end of the bubble
		c.conn.Close()
	})
}

// A message that a poll could carry is not kept for the WebSocket.
func TestPollTakesMessagesDuringTheProbe(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		c, ws := b.pipe()
		go s.tryUpgrade(ws) // ends with the pipe
		c.send("2probe")
		c.want("3probe")
		poll := hold(s)
		s.Send(text("a"))
		if got := <-poll; got != "4a" {
			t.Errorf("the poll brings %q, want the message", got)
		}
		c.conn.Close()
	})
}

func TestSecondAttemptIsDismissed(t *testing.T) {
	for _, row := range []struct {
		name string
		get  func(t *testing.T, f *fixture) *Session
	}{
		{"while one is under way", func(t *testing.T, f *fixture) *Session {
			p, s := f.polling(t)
			f.probe(t, p)
			return s
		}},
		{"after the upgrade", func(t *testing.T, f *fixture) *Session {
			p, s := f.polling(t)
			f.probe(t, p).Send(t, "5")
			eventually(t, "the session is upgraded", s.Upgraded)
			return s
		}},
		{"on a session that began on a WebSocket", func(t *testing.T, f *fixture) *Session {
			_, s := f.ws(t)
			return s
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, options(), hooks{})
			s := row.get(t, f)
			w := wiretest.Dial(t, f.addr, target+WebSocket+"&sid="+s.ID())
			w.Send(t, "2probe", "5", "4a")
			w.WantClose(t, wiretest.NoCode)
			if !s.Open() {
				t.Error("the session has ended")
			}
		})
	}
}

func TestUpgradeRequestForPollingIsDismissed(t *testing.T) {
	f := serve(t, options(), hooks{opened: func(*Session) { t.Error("a session was opened") }})
	w := wiretest.Dial(t, f.addr, target+Polling)
	w.WantClose(t, wiretest.NoCode)
}

func TestSessionThatIsClosingFinishesTheUpgrade(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		c, ws := b.pipe()
		go s.tryUpgrade(ws) // ends with the pipe
		s.Send(text("a"))
		c.send("2probe")
		c.want("3probe")
		s.Close()
		c.send("5")
		c.want("4a")
		c.wantClose()
		want(ForcedClose)
	})
}

func TestEndOfTheSessionEndsTheAttempt(t *testing.T) {
	f := serve(t, options(), hooks{})
	p, _ := f.polling(t)
	w := f.probe(t, p)
	p.Post(t, "1").Want(t, 200, "ok")
	w.WantClose(t, wiretest.NoCode)
}

func TestPacketsRightBehindTheUpgradeAreHandledInOrder(t *testing.T) {
	f := serve(t, options(), echo)
	for range 50 {
		p, _ := f.polling(t)
		w := wiretest.Dial(t, f.addr, target+WebSocket+"&sid="+p.SID)
		w.Send(t, "2probe", "5", "4a", "4b")
		w.Send(t, "4c")
		w.Want(t, "3probe", "4a", "4b", "4c")
	}
}

// tryUpgrade begins an upgrade of the session to ws, if it takes one.
func (s *Session) tryUpgrade(ws *websocket.Conn) {
	u := s.beginUpgrade(ws)
	if u == nil {
		ws.Close(closeFrame)
		return
	}
	u.start()
}
