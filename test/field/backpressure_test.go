//go:build field

package field

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// burst is what a client sends at once: frames over some WebSockets, so many to
// each.
type burst struct {
	senders, events, size int // size is of an event's payload
}

func (b burst) event() string { return `42["offer","` + strings.Repeat("x", b.size) + `"]` }

// send sends the burst as fast as the server takes it.
func (b burst) send(t *testing.T, s *server) {
	t.Helper()
	var all sync.WaitGroup
	for range b.senders {
		p := wiretest.Connect(t, s.addr)
		go io.Copy(io.Discard, p.Conn) // the others' events; ends with the test, which closes it
		all.Go(func() {
			for range b.events {
				if err := p.Write(texts(b.event())...); err != nil {
					t.Errorf("the sender is closed: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
}

// reader is a client that takes what it is given. It returns how many events it
// has got when it has got all, or is closed.
type reader struct {
	name string
	read func(t *testing.T, s *server, events int) (got chan int)
}

// roundTrip is how far away a client that polls is: so long after an answer its
// next request comes.
const roundTrip = 100 * time.Millisecond

// polls reads by polling, one request after the other.
var polls = reader{"a client that polls", func(t *testing.T, s *server, events int) chan int {
	p := joinPolling(t, s.addr, pollingTarget)
	got := make(chan int, 1)
	go func() { // ends with the events, or the session
		n := 0
		for n < events {
			time.Sleep(roundTrip)
			a, err := p.Do(t.Context(), "GET", p.Target, "")
			if err != nil || a.Status != 200 {
				break
			}
			for _, packet := range wiretest.Split(a.Body) {
				if strings.HasPrefix(packet, `42["offer"`) {
					n++
				}
			}
		}
		got <- n
	}()
	return got
}}

// streams reads a WebSocket at a rate.
func streams(bytesPerSecond int) reader {
	const steps = 20 // a second
	return reader{fmt.Sprintf("a client that reads %d KB a second", bytesPerSecond/1000), func(t *testing.T, s *server, events int) chan int {
		p := wiretest.Connect(t, s.addr)
		got := make(chan int, 1)
		paced, pipe := io.Pipe()
		go func() { // ends with the connection, or with paced
			for {
				p.Conn.SetReadDeadline(time.Now().Add(2 * wiretest.Patience))
				if _, err := io.CopyN(pipe, p.Conn, int64(bytesPerSecond/steps)); err != nil {
					pipe.CloseWithError(err)
					return
				}
				time.Sleep(time.Second / steps)
			}
		}()
		go func() { // ends with the events, or the connection
			defer paced.Close()
			n := 0
			for n < events {
				f, err := wiretest.ReadFrame(paced)
				if err != nil {
					break
				}
				if f.Payload == "2" {
					p.Write(texts("3")...)
				}
				if strings.HasPrefix(f.Payload, `42["offer"`) {
					n++
				}
			}
			got <- n
		}()
		return got
	}}
}

var internet = []string{"-preset", "internet"}

// A client that takes what it is given is not slow, whatever comes at once.
func TestBurstsReachClientsThatRead(t *testing.T) {
	for _, row := range []struct {
		args []string
		burst
		readers []reader
	}{
		{internet, burst{1, 18, 95_000}, []reader{polls, streams(1_000_000)}},
		{internet, burst{3, 480, 0}, []reader{polls, streams(1_000_000)}},
		{nil, burst{1, 6, 900_000}, []reader{polls, streams(3_000_000)}},
		{nil, burst{1, 16, 950_000}, []reader{polls, streams(3_000_000)}},
		{nil, burst{1, 10_000, 0}, []reader{polls, streams(1_000_000)}},
	} {
		for _, r := range row.readers {
			t.Run(fmt.Sprintf("%d times %d events of %d bytes with %v for %s", row.senders, row.events, row.size, row.args, r.name), func(t *testing.T) {
				t.Parallel()
				s := start(t, row.args...)
				events := row.senders * row.events
				got := r.read(t, s, events)
				row.send(t, s)
				select {
				case n := <-got:
					if n != events {
						t.Errorf("%d of %d events have come", n, events)
					}
				case <-time.After(3 * wiretest.Patience):
					t.Error("they do not all come, though the client reads")
				}
			})
		}
	}
}

// Who takes nothing is closed, and holds a bounded part of what it is sent; the
// log tells for what.
func TestClientsThatTakeNothingAreClosed(t *testing.T) {
	const most = 96 << 20
	for _, row := range []struct {
		name string
		args []string
		burst
		flag string // that the log names
		join func(t *testing.T, s *server)
	}{
		{"a WebSocket, by bytes", nil, burst{1, 200, 900_000}, "-queue-bytes", stuckWebSocket},
		{"a WebSocket, by packets", []string{"-queue-bytes", "400000000"}, burst{2, 300_000, 30}, "-queue-packets", stuckWebSocket},
		{"a WebSocket, by time", []string{"-write-timeout", "2s", "-queue-bytes", "400000000", "-queue-packets", "1000000"}, burst{1, 30, 900_000}, "-write-timeout", stuckWebSocket},
		{"a poller, by bytes", nil, burst{1, 200, 900_000}, "-queue-bytes", stuckPoller},
		{"a poller, by packets", []string{"-queue-bytes", "400000000"}, burst{2, 300_000, 30}, "-queue-packets", stuckPoller},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, append(row.args, debugging...)...)
			row.join(t, s)
			before := s.retained(t)
			row.send(t, s)
			if held := s.retained(t) - before; held > most {
				t.Errorf("%d bytes are held", held)
			}
			s.log.Await(t, "slow-consumer")
			for line := range strings.Lines(s.log.String()) {
				if !strings.Contains(line, "slow-consumer") {
					continue
				}
				for _, flag := range []string{"-queue-bytes", "-queue-packets", "-write-timeout"} {
					if strings.Contains(line, flag) != (flag == row.flag) {
						t.Errorf("the log does not tell that it was %s alone: %s", row.flag, line)
						return
					}
				}
			}
		})
	}
}

func stuckWebSocket(t *testing.T, s *server) {
	wiretest.Connect(t, s.addr)
}

func stuckPoller(t *testing.T, s *server) {
	joinPolling(t, s.addr, pollingTarget)
}
