package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// The stress test: pairs of peers call each other all the time, over both
// transports and across upgrades, while others come and vanish. Those that stay
// get each other's messages in order, each once, and lose nobody.

const (
	stressPairs   = 6
	stressTime    = 4 * time.Second
	stressPassers = 6
)

// side is one peer of a pair. It sends numbered messages to the other, and a
// new one only when few are on their way.
type side struct {
	name    string
	other   string        // the other's id
	window  chan struct{} // one for each message on its way to the other
	failed  chan struct{} // closed when nothing more will come of the side
	sent    int
	due     int // next message from the other
	upgrade bool
	posting sync.Mutex // held during a POST: there may be one at a time

	upgraded *wiretest.WebSocket // what the side has upgraded to, if anything
}

// windowSize is far below the server's bound for a receiver's queue, for what
// passers-by broadcast comes on top of it.
const windowSize = 16

// next returns the event with the next message.
func (s *side) next() string {
	s.sent++
	return fmt.Sprintf(`42["message",{"channel":%q,"message":[%q,%d,%q]}]`, s.other, s.name, s.sent-1, strings.Repeat("x", rand.IntN(2000)))
}

// take enters a packet from the server. Broadcasts of others are not of the pair.
func (s *side) take(packet string, from *side) error {
	rest, ok := strings.CutPrefix(packet, `42["message",["`+from.name+`",`)
	if !ok {
		if strings.HasPrefix(packet, `42["offer",`) || packet == "2" || packet == "3" || packet == "6" || packet == "1" {
			return nil
		}
		return fmt.Errorf("%s: packet %.100q", s.name, packet)
	}
	var n int
	if _, err := fmt.Sscanf(rest, "%d,", &n); err != nil || n != s.due {
		return fmt.Errorf("%s: message %d came when %d was due", s.name, n, s.due)
	}
	s.due++
	<-from.window
	return nil
}

// talk sends through send until over is closed.
func (s *side) talk(over <-chan struct{}, send func(events ...string) error) error {
	for {
		select {
		case <-over:
			return nil
		case s.window <- struct{}{}:
			if err := send(s.next()); err != nil {
				return fmt.Errorf("%s: send message %d: %w", s.name, s.sent, err)
			}
		}
	}
}

// webSocket runs a side on a WebSocket that has joined.
func (s *side) webSocket(w *wiretest.WebSocket, from *side, over <-chan struct{}) error {
	talked := make(chan error, 1)
	go func() { // ends with over
		talked <- s.talk(over, func(events ...string) error { return w.Write(wiretest.Texts(events...)...) })
	}()
	return errors.Join(s.read(w, from, over), <-talked)
}

// read enters what comes until over is closed and the other has nothing on its way.
func (s *side) read(w *wiretest.WebSocket, from *side, over <-chan struct{}) error {
	for !from.quiet(over) {
		f, err := w.Message()
		if err != nil {
			return fmt.Errorf("%s: read: %w", s.name, err)
		}
		if f.Payload == "2" {
			w.Write(wiretest.Texts("3")...)
		}
		if err := s.take(f.Payload, from); err != nil {
			return err
		}
	}
	return nil
}

// quiet reports whether the side has stopped and everything that it sent has
// arrived, or whether it has failed.
func (s *side) quiet(over <-chan struct{}) bool {
	select {
	case <-s.failed:
		return true
	default:
	}
	select {
	case <-over:
		return len(s.window) == 0
	default:
		return false
	}
}

// polling runs a side on a polling session, and on a WebSocket once it has
// upgraded in mid-traffic.
func (s *side) polling(p *wiretest.Polling, addr string, from *side, over <-chan struct{}) error {
	pause := make(chan struct{}) // closed when the upgrade needs the polls to end
	polled := make(chan error, 1)
	go func() { polled <- s.polls(p, from, over, pause) }() // ends with over or pause
	post := func(events ...string) error { return s.post(p, strings.Join(events, "\x1e")) }
	if !s.upgrade {
		return errors.Join(s.talk(over, post), <-polled)
	}
	for range 20 {
		select {
		case s.window <- struct{}{}:
		case <-from.failed:
			return nil
		}
		if err := post(s.next()); err != nil {
			return err
		}
	}
	w, err := wiretest.TryDial(addr, strings.Replace(p.Target, "transport=polling", "transport=websocket", 1))
	if err != nil {
		return err
	}
	s.upgraded = w // closed when the other has everything: a reset would take the last messages along
	w.Write(wiretest.Texts("2probe")...)
	if f, err := w.Message(); err != nil || f.Payload != "3probe" {
		return fmt.Errorf("%s: the probe is answered %q, %v", s.name, f.Payload, err)
	}
	close(pause)
	if err := <-polled; err != nil {
		return err
	}
	w.Write(wiretest.Texts("5")...)
	return s.webSocket(w, from, over)
}

func (s *side) post(p *wiretest.Polling, body string) error {
	s.posting.Lock()
	defer s.posting.Unlock()
	a, err := p.Do(context.Background(), "POST", p.Target, body)
	if err == nil && a.Body != "ok" {
		err = fmt.Errorf("a POST is answered %d %q", a.Status, a.Body)
	}
	return err
}

// polls reads by polling.
func (s *side) polls(p *wiretest.Polling, from *side, over, pause <-chan struct{}) error {
	for !from.quiet(over) {
		a, err := p.Do(context.Background(), "GET", p.Target, "")
		if err != nil || a.Status != 200 {
			return fmt.Errorf("%s: a poll is answered %d %q, %w", s.name, a.Status, a.Body, err)
		}
		for _, packet := range wiretest.Split(a.Body) {
			if packet == "2" {
				err = s.post(p, "3")
			} else {
				err = s.take(packet, from)
			}
			if err != nil {
				return err
			}
		}
		select {
		case <-pause:
			return nil
		default:
		}
	}
	return nil
}

// passer is a client that comes, says something to everyone, and vanishes.
func passer(addr string, browser *wiretest.Browser) {
	switch rand.IntN(5) {
	case 0: // a WebSocket that is gone at once
		if w, err := wiretest.TryDial(addr, wiretest.PeerTarget); err == nil {
			w.Write(wiretest.Texts("40")...)
			w.Conn.Close()
		}
	case 1: // a caller that does not read
		if p, err := wiretest.TryConnect(addr); err == nil {
			p.Write(wiretest.Texts(`42["offer",1]`, `42["offer",2]`, "41", "40", `42["offer",3]`)...)
			time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond)
			p.Conn.Close()
		}
	case 2: // an old one that breaks the rules
		if w, err := wiretest.TryDial(addr, "/socket.io/?EIO=3&transport=websocket"); err == nil {
			w.Write(wiretest.Texts(`42["offer",{"old":true}]`, "4nonsense")...)
			w.Message()
			w.Conn.Close()
		}
	case 3: // a poller that polls no more
		if p, err := wiretest.TryOpenPolling(browser, "/socket.io/?EIO=4&transport=polling"); err == nil {
			browser.Do(context.Background(), "POST", p.Target, "40\x1e42[\"offer\",4]")
		}
	case 4: // an upgrade that is broken off
		if p, err := wiretest.TryOpenPolling(browser, "/socket.io/?EIO=4&transport=polling"); err == nil {
			if w, err := wiretest.TryDial(addr, "/socket.io/?EIO=4&transport=websocket&sid="+p.SID); err == nil {
				w.Write(wiretest.Texts("2probe")...)
				browser.Do(context.Background(), "POST", p.Target, "1")
				w.Conn.Close()
			}
		}
	}
}

// joined opens a polling session that has joined and returns the socket's id.
func joined(t *testing.T, addr string) (*wiretest.Polling, string) {
	t.Helper()
	p := wiretest.OpenPolling(t, addr, "/socket.io/?EIO=4&transport=polling")
	p.Post(t, "40").Want(t, 200, "ok")
	packet := wiretest.Split(p.Get(t).Body)[0]
	for packet == "2" { // a busy machine: the first heartbeat has overtaken us
		p.Post(t, "3")
		packet = wiretest.Split(p.Get(t).Body)[0]
	}
	id, err := wiretest.SIDOf(packet, "40")
	if err != nil {
		t.Fatal(err)
	}
	return p, id
}

func TestStress(t *testing.T) {
	p := start(t, "-ping-interval", "700ms", "-ping-timeout", "20s")
	over := make(chan struct{})
	var stays, passes sync.WaitGroup
	for i := range stressPairs {
		a, b := newSide("a", i), newSide("b", i)
		a.upgrade = i%2 == 0
		peer := wiretest.Connect(t, p.addr)
		session, id := joined(t, p.addr)
		a.other, b.other = peer.ID, id
		stays.Go(func() { a.check(t, a.polling(session, p.addr, b, over)) })
		stays.Go(func() { b.check(t, b.webSocket(peer.WebSocket, a, over)) })
		defer func() {
			t.Logf("%s sent %d, %s sent %d", a.name, a.sent, b.name, b.sent)
			if a.upgraded != nil {
				a.upgraded.Conn.Close()
			}
		}()
	}
	browser := wiretest.NewBrowser(t, p.addr)
	for range stressPassers {
		passes.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
					passer(p.addr, browser)
				}
			}
		})
	}
	time.Sleep(stressTime)
	close(over)
	stays.Wait()
	passes.Wait()
	if log := p.log.String(); strings.Contains(log, "panic") || strings.Contains(log, "ERROR") {
		t.Errorf("the log has errors in it: %.2000s", log)
	}
}

func newSide(name string, i int) *side {
	return &side{name: fmt.Sprint(name, i), window: make(chan struct{}, windowSize), failed: make(chan struct{})}
}

// check reports how the side ended. One that failed is not waited for.
func (s *side) check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
		close(s.failed)
	}
}
