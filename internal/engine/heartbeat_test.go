package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
)

// The defaults are meant below: 25 seconds between pings, 20 for the answer.

// clock returns the time of a bubble in seconds since it was made.
type clock time.Time

func newClock() clock { return clock(time.Now()) }

func (c clock) want(t *testing.T, what string, seconds float64) {
	t.Helper()
	if got := time.Since(time.Time(c)).Seconds(); got != seconds {
		t.Errorf("%s after %v seconds, want %v", what, got, seconds)
	}
}

func TestServerPingsInRevision4(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		c, s := b.ws(packet.Revision4)
		clock := newClock()
		for i := range 3 {
			c.want("2")
			// The interval counts from the pong, which is 3 seconds late.
			clock.want(t, "a ping comes", float64(i)*(25+3)+25)
			time.Sleep(3 * time.Second)
			c.send("3")
		}
		synctest.Wait()
		if !s.Open() {
			t.Error("the session has ended though every ping was answered")
		}
		c.conn.Close()
	})
}

func TestUnansweredPingEndsTheSession(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		c, _ := b.ws(packet.Revision4)
		clock := newClock()
		c.want("2")
		c.wantClose()
		clock.want(t, "the session ends", 25+20)
		want(PingTimeout)
	})
}

func TestUnansweredPingEndsAPollingSession(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		s := b.polling(packet.Revision4)
		clock := newClock()
		if got := <-hold(s); got != "2" {
			t.Fatalf("the poll brings %q, want a ping", got)
		}
		if got := <-hold(s); got != "1" {
			t.Errorf("the poll brings %q, want a close packet", got)
		}
		clock.want(t, "the session ends", 25+20)
		want(PingTimeout)
	})
}

func TestAnotherPacketBuysTimeOncePerPing(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		c, _ := b.ws(packet.Revision4)
		clock := newClock()
		c.want("2")
		time.Sleep(15 * time.Second)
		c.send("4a") // the first one does
		time.Sleep(15 * time.Second)
		c.send("4b") // the second one does not
		c.wantClose()
		clock.want(t, "the session ends", 25+15+20)
		want(PingTimeout)
	})
}

func TestPongBeforeAnyPingPutsThePingOff(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		c, _ := b.ws(packet.Revision4)
		clock := newClock()
		time.Sleep(24 * time.Second)
		c.send("3")
		c.want("2")
		clock.want(t, "a ping comes", 24+25)
		c.conn.Close()
	})
}

func TestClientPingsInRevision3(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		c, _ := b.ws(packet.Revision3)
		clock := newClock()
		for range 3 {
			time.Sleep(44 * time.Second) // just in time
			c.send("2with data")
			c.want("3")
		}
		time.Sleep(44 * time.Second)
		c.send("4a message buys no time")
		c.wantClose()
		clock.want(t, "the session ends", 3*44+25+20)
		want(PingTimeout)
	})
}

func TestSilentClientOfRevision3Ends(t *testing.T) {
	closed, want := reasons(t)
	inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
		c, _ := b.ws(packet.Revision3)
		clock := newClock()
		c.wantClose()
		clock.want(t, "the session ends", 25+20)
		want(PingTimeout)
	})
}

func TestHeartbeatStaysArmedAfterAnUpgrade(t *testing.T) {
	for _, rev := range []packet.Revision{packet.Revision3, packet.Revision4} {
		t.Run(string('0'+rune(rev)), func(t *testing.T) {
			closed, want := reasons(t)
			inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
				s := b.polling(rev)
				clock := newClock()
				c, ws := b.pipe()
				go s.tryUpgrade(ws) // ends with the pipe
				c.send("2probe")
				c.want("3probe")
				c.send("5")
				if rev == packet.Revision4 {
					c.want("2")
				}
				c.wantClose()
				clock.want(t, "the session ends", 25+20)
				want(PingTimeout)
			})
		})
	}
}

func TestHeartbeatInTheWrongDirectionEndsTheSession(t *testing.T) {
	for _, row := range []struct {
		name   string
		rev    packet.Revision
		packet string
	}{
		{"a ping from a client of revision 4", packet.Revision4, "2"},
		{"a pong from a client of revision 3", packet.Revision3, "3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			inBubble(t, options(), hooks{closed: closed}, func(t *testing.T, b *bubble) {
				c, _ := b.ws(row.rev)
				c.send(row.packet)
				c.wantClose()
				want(TransportError)
			})
		})
	}
}

// A client whose packet takes long to handle may have sent its pong already: it
// stands behind that packet.
func TestClientWhoseMessageIsBeingHandledIsAlive(t *testing.T) {
	working := hooks{received: func(_ *Session, _ *Batch, data []byte, _ bool) {
		if string(data) == "work" {
			time.Sleep(50 * time.Second)
		}
	}}
	inBubble(t, options(), working, func(t *testing.T, b *bubble) {
		c, s := b.ws(packet.Revision4)
		c.want("2")
		c.send("4work", "3")
		time.Sleep(60 * time.Second)
		synctest.Wait()
		if !s.Open() {
			t.Error("the session has ended though the client answered")
		}
		c.conn.Close()
	})
}

func TestSlowHandlerDoesNotSaveADeadClient(t *testing.T) {
	closed, want := reasons(t)
	working := hooks{closed: closed, received: func(*Session, *Batch, []byte, bool) { time.Sleep(50 * time.Second) }}
	inBubble(t, options(), working, func(t *testing.T, b *bubble) {
		c, _ := b.ws(packet.Revision4)
		c.send("4work")
		c.want("2")
		c.wantClose()
		want(PingTimeout)
	})
}

func TestNoHeartbeatAfterTheEnd(t *testing.T) {
	inBubble(t, options(), hooks{}, func(t *testing.T, b *bubble) {
		c, s := b.ws(packet.Revision4)
		s.Close()
		c.wantClose()
		time.Sleep(10 * time.Minute) // a stray timer would be found by strict
	})
}
