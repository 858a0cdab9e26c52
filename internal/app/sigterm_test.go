package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// SIGTERM under load: all clients broadcast to each other when it comes. Every
// message that the server had accepted by then, as its answer to a POST or the
// message's arrival at any client shows, arrives at all of them, once and in order.

// party is a client that sends numbered messages and reads those of others.
type party struct {
	name     string
	sent     atomic.Int64
	accepted atomic.Int64 // as the server has said

	mu     sync.Mutex
	got    map[string]int64 // of each other party, how many
	failed error            // what should not have come
}

// next returns the packet with the next message.
func (p *party) next() string {
	return fmt.Sprintf(`42["offer",[%q,%d]]`, p.name, p.sent.Add(1)-1)
}

// take enters a packet.
func (p *party) take(packet string) {
	rest, ok := strings.CutPrefix(packet, `42["offer",["`)
	from, number, ok2 := strings.Cut(rest, `",`)
	if !ok || !ok2 {
		return // a heartbeat, or the end
	}
	var n int64
	_, err := fmt.Sscanf(number, "%d]]", &n)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil || n != p.got[from] {
		p.failed = fmt.Errorf("%s got %.80q when number %d was due", p.name, packet, p.got[from])
	}
	p.got[from] = n + 1
}

func (p *party) has(from string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.got[from]
}

// pause keeps a sender from filling the queues of those who read.
const pause = 500 * time.Microsecond

// overWebSocket runs the party until the server ends its connection.
func (p *party) overWebSocket(w *wiretest.WebSocket) error {
	go func() { // ends with the connection
		for w.Write(wiretest.Texts(p.next())...) == nil {
			time.Sleep(pause)
		}
	}()
	defer w.Conn.Close()
	for {
		f, err := w.Message()
		var closed *wiretest.Closed
		switch {
		case errors.As(err, &closed):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", p.name, err)
		}
		p.take(f.Payload)
	}
}

// overPolling likewise.
func (p *party) overPolling(s *wiretest.Polling) error {
	go func() { // ends when the server takes nothing any more
		for {
			a, err := s.Do(context.Background(), "POST", s.Target, p.next())
			if err != nil || a.Body != "ok" {
				return
			}
			p.accepted.Add(1)
			time.Sleep(pause)
		}
	}()
	for {
		a, err := s.Do(context.Background(), "GET", s.Target, "")
		if err != nil || a.Status != 200 {
			return nil // the server has gone
		}
		for _, packet := range wiretest.Split(a.Body) {
			if packet == "1" {
				return nil
			}
			p.take(packet)
		}
	}
}

// gather connects four parties, two over each transport, and starts them. It
// returns what waits for their end.
func gather(t *testing.T, addr string) ([]*party, func() error) {
	t.Helper()
	var all []*party
	var run []func() error
	for _, name := range []string{"ws1", "ws2", "poll1", "poll2"} {
		p := &party{name: name, got: make(map[string]int64)}
		all = append(all, p)
		if strings.HasPrefix(name, "ws") {
			w := wiretest.Connect(t, addr)
			run = append(run, func() error { return p.overWebSocket(w.WebSocket) })
			continue
		}
		s := wiretest.OpenPolling(t, addr, "/socket.io/?EIO=4&transport=polling")
		s.Post(t, "40").Want(t, 200, "ok")
		s.Get(t)
		run = append(run, func() error { return p.overPolling(s) })
	}
	ended := make(chan error, len(run))
	for _, r := range run {
		go func() { ended <- r() }() // ends with the server
	}
	return all, func() (err error) {
		for range run {
			err = errors.Join(err, <-ended)
		}
		return err
	}
}

// accepted returns what the server has had of each party so far.
func accepted(all []*party) map[string]int64 {
	due := map[string]int64{}
	for _, from := range all {
		due[from.name] = from.accepted.Load()
		for _, p := range all {
			due[from.name] = max(due[from.name], p.has(from.name))
		}
	}
	return due
}

func TestEndUnderLoadLosesNothing(t *testing.T) {
	for _, drain := range []string{"0s", "300ms"} {
		t.Run("drained over "+drain, func(t *testing.T) {
			p := spawn(t, "", "-drain", drain)
			all, wait := gather(t, p.addr)
			for end := time.Now().Add(wiretest.Patience); ; time.Sleep(time.Millisecond) {
				due := accepted(all)
				if min(due["ws1"], due["ws2"], due["poll1"], due["poll2"]) >= 100 {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("hardly anything arrives: %v", due)
				}
			}
			due := accepted(all)
			p.signal(t, syscall.SIGTERM)
			if err := wait(); err != nil {
				t.Error(err)
			}
			p.wantExit(t)
			for _, to := range all {
				if to.failed != nil {
					t.Error(to.failed)
				}
				for _, from := range all {
					if n := to.has(from.name); from != to && n < due[from.name] {
						t.Errorf("%s got %d of the %d messages that the server had accepted from %s", to.name, n, due[from.name], from.name)
					}
				}
			}
		})
	}
}
