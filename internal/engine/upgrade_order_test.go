package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"signaling/internal/wiretest"
)

// How many messages a client sends while it moves to a WebSocket. For each, the
// server's senders send it one.
const climb = 300

// answerers is how many goroutines of the server send to one client at once.
const answerers = 3

// feedback is the server's side: it checks the order of what comes, and lets
// several goroutines answer.
type feedback struct {
	t    *testing.T
	due  int
	wake [answerers]chan int
}

func newFeedback(t *testing.T, s *Session, all *sync.WaitGroup) *feedback {
	f := &feedback{t: t}
	for i := range f.wake {
		f.wake[i] = make(chan int, climb)
		all.Go(func() { // ends when the client is through, or gone
			for n := range f.wake[i] {
				s.Send(text(fmt.Sprintf("%d %d", i, n)))
			}
		})
	}
	return f
}

func (f *feedback) received(data []byte) {
	if n, err := strconv.Atoi(string(data)); err != nil || n != f.due {
		f.t.Errorf("the server received %q when %d was due", data, f.due)
	}
	for _, wake := range f.wake {
		wake <- f.due
	}
	f.due++
}

func (f *feedback) end() {
	for _, wake := range f.wake {
		close(wake)
	}
}

// climber is a client that moves from polling to a WebSocket in mid-traffic.
type climber struct {
	*wiretest.Polling
	addr  string
	eager bool // sends the upgrade packet while its poll is held
	next  int  // message to send

	// owned by the goroutine that reads
	due  [answerers]int
	left int
}

// take enters the packets of a poll's answer.
func (c *climber) take(payload string) error {
	for _, packet := range wiretest.Split(payload) {
		if packet == "6" || packet == "1" {
			continue
		}
		var sender, n int
		if _, err := fmt.Sscanf(packet, "4%d %d", &sender, &n); err != nil {
			return fmt.Errorf("packet %q: %w", packet, err)
		}
		if n != c.due[sender] {
			return fmt.Errorf("sender %d: message %d came when %d was due", sender, n, c.due[sender])
		}
		c.due[sender]++
		c.left--
	}
	return nil
}

// polls reads by polling until stop is closed, and returns how that ended.
func (c *climber) polls(t *testing.T, stop <-chan struct{}) <-chan error {
	done := make(chan error, 1)
	go func() { // ends with stop: the server releases the last poll
		for {
			a, err := c.Do(t.Context(), "GET", c.Target, "")
			over := false
			select {
			case <-stop:
				over = true
			default:
			}
			switch {
			case err != nil:
			case a.Status == 200:
				err = c.take(a.Body)
			case !over || !c.eager: // an eager client may poll once too often
				err = fmt.Errorf("a poll is answered %d %q", a.Status, a.Body)
			}
			if over || err != nil {
				done <- err
				return
			}
		}
	}()
	return done
}

// post sends up to n messages in one request.
func (c *climber) post(t *testing.T, n int) error {
	var packets []string
	for ; n > 0 && c.next < climb; n-- {
		packets = append(packets, fmt.Sprint("4", c.next))
		c.next++
	}
	a, err := c.Do(t.Context(), "POST", c.Target, strings.Join(packets, "\x1e"))
	if err == nil && a.Body != "ok" {
		err = fmt.Errorf("a POST is answered %d %q", a.Status, a.Body)
	}
	return err
}

// run sends all messages, the first of them by polling, and reads all answers.
func (c *climber) run(t *testing.T) error {
	stop := make(chan struct{})
	polled := c.polls(t, stop)
	for before := rand.IntN(climb / 2); c.next < before; {
		if err := c.post(t, 1+rand.IntN(5)); err != nil {
			return err
		}
	}
	w, err := wiretest.TryDial(c.addr, target+WebSocket+"&sid="+c.SID)
	if err != nil {
		return err
	}
	defer w.Conn.Close()
	if err := w.Write(wiretest.Texts("2probe")...); err != nil {
		return err
	}
	if f, err := w.Message(); err != nil || f.Payload != "3probe" {
		return fmt.Errorf("the probe is answered %q, %w", f.Payload, err)
	}
	if err := c.post(t, 3); err != nil {
		return err
	}
	close(stop)
	if !c.eager { // as the official client does: its transport is paused first
		if err := <-polled; err != nil {
			return err
		}
	}
	if err := c.climbOn(w); err != nil {
		return err
	}
	if c.eager {
		if err := <-polled; err != nil {
			return err
		}
	}
	return c.read(w)
}

// climbOn sends the upgrade packet and the remaining messages, in small writes.
func (c *climber) climbOn(w *wiretest.WebSocket) error {
	frames := wiretest.Texts("5")
	for ; c.next < climb; c.next++ {
		frames = append(frames, wiretest.Texts(fmt.Sprint("4", c.next))...)
		if rand.IntN(3) == 0 {
			if err := w.Write(frames...); err != nil {
				return err
			}
			frames = nil
		}
	}
	return w.Write(frames...)
}

// read reads the rest of the answers from the WebSocket.
func (c *climber) read(w *wiretest.WebSocket) error {
	for c.left > 0 {
		f, err := w.Message()
		if err == nil {
			err = c.take(f.Payload)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func TestNothingIsLostOrReorderedAcrossAnUpgrade(t *testing.T) {
	for _, row := range []struct {
		name  string
		eager bool
	}{
		{"of a client that waits for its poll to end", false},
		{"of a client that does not", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			var answering sync.WaitGroup
			f := serve(t, options(), hooks{
				opened:   func(s *Session) { s.SetValue(newFeedback(t, s, &answering)) },
				received: func(s *Session, _ *Batch, data []byte, _ bool) { s.Value().(*feedback).received(data) },
				closed:   func(s *Session, _ Reason) { s.Value().(*feedback).end() },
			})
			var all sync.WaitGroup
			for range 8 {
				c := &climber{Polling: wiretest.OpenPolling(t, f.addr, target+Polling), addr: f.addr, eager: row.eager, left: answerers * climb}
				all.Go(func() {
					if err := c.run(t); err != nil {
						t.Error(errors.Join(fmt.Errorf("after %d messages, with %d to come", c.next, c.left), err))
					}
				})
			}
			all.Wait()
			f.Close()
			answering.Wait()
		})
	}
}
