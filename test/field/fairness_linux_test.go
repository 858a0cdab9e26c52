//go:build field

package field

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"signaling/internal/wiretest"
)

// bystanders are clients of which each sends a WebSocket ping as soon as the one
// before is answered, on all of the server's pollers.
type bystanders struct {
	clients []*wiretest.WebSocket
}

// watch connects bystanders to a server. Each is in a room of its own and is
// sent nothing.
func watch(t *testing.T, s *server) *bystanders {
	b := &bystanders{}
	for i := range 12 {
		w := wiretest.Dial(t, s.addr, fmt.Sprintf("%s&room=%d", wiretest.PeerTarget, i))
		w.Next(t)
		w.Send(t, "40")
		w.Next(t)
		b.clients = append(b.clients, w)
	}
	return b
}

// during returns how many answers each bystander gets while f runs, least first.
func (b *bystanders) during(t *testing.T, f func()) []int {
	t.Helper()
	stop := make(chan struct{})
	counts := make([]int, len(b.clients))
	var all, ready sync.WaitGroup
	for i, w := range b.clients {
		ready.Add(1)
		all.Go(func() {
			handled(t, w)
			ready.Done()
			for {
				handled(t, w)
				select {
				case <-stop:
					return
				default:
					counts[i]++
				}
			}
		})
	}
	ready.Wait()
	f()
	close(stop)
	all.Wait()
	slices.Sort(counts)
	return counts
}

// receivers connects clients that read what they are sent, and nothing else.
func receivers(t *testing.T, s *server, n int) {
	t.Helper()
	for range n {
		p := wiretest.Connect(t, s.addr)
		go io.Copy(io.Discard, p.Conn) // ends with the test, which closes it
	}
}

// A request of many packets is handled in turns with what others send, as frames
// are.
func TestOneRequestOfManyPacketsDoesNotHoldOthers(t *testing.T) {
	const events, many, least = 40_000, 150, 60
	event := `42["offer"]`
	for _, row := range []struct {
		name, target, join, body string
		header                   []string
	}{
		{"a POST", pollingTarget, "40", strings.TrimSuffix(strings.Repeat(event+"\x1e", events), "\x1e"), nil},
		{"a POST of revision 3", "/socket.io/?EIO=3&transport=polling", "", strings.Repeat(fmt.Sprintf("%d:%s", len(event), event), events), nil},
		{"a form of JSONP", pollingTarget + "&j=0", "d=40", "d=" + strings.TrimSuffix(strings.Repeat(`42["offer"]%1E`, events), "%1E"),
			[]string{"Content-Type", "application/x-www-form-urlencoded"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t)
			receivers(t, s, many)
			p := wiretest.OpenPolling(t, s.addr, row.target)
			if row.join != "" {
				p.Post(t, row.join)
			}
			p.Get(t)
			b := watch(t, s)
			counts := b.during(t, func() { p.Post(t, row.body, row.header...).Want(t, 200, "ok") })
			t.Logf("bystanders were answered %v times", counts)
			if counts[0] < least {
				t.Errorf("one of the bystanders was answered %d times while %d events went to %d clients", counts[0], events, many)
			}
		})
	}
}

// An event for many pollers that take compressed answers is compressed once.
func TestAnswersToManyPollsAreCompressedOnce(t *testing.T) {
	const many, most = 100, 3
	for size, rounds := range map[int]int{5_000: 80, 60_000: 15} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			s := start(t)
			sdp := make([]string, 0, size/20)
			for i := range size / 20 {
				sdp = append(sdp, fmt.Sprintf("a=candidate:%07d", i*7919))
			}
			event := `42["offer","` + strings.Join(sdp, " ") + `"]`
			sender := wiretest.Connect(t, s.addr)
			pollers := make([]*wiretest.Polling, many)
			for i := range pollers {
				pollers[i] = joinPolling(t, s.addr, pollingTarget)
			}
			broadcasts := func(header ...string) func() {
				return func() {
					for range rounds {
						var all sync.WaitGroup
						for _, p := range pollers {
							all.Go(func() {
								for { // a heartbeat may come first
									a := p.Must(t, "GET", p.Target, "", header...)
									plain, err := wiretest.Expand(a.Header.Get("Content-Encoding"), a.Body)
									if plain == event {
										return
									}
									if err != nil || plain != "2" {
										t.Errorf("the answer is %.100q, %v", plain, err)
										return
									}
									p.Post(t, "3")
								}
							})
						}
						sender.Send(t, event)
						all.Wait()
					}
				}
			}
			s.costOf(t, broadcasts())
			plain := s.costOf(t, broadcasts())
			compressed := s.costOf(t, broadcasts("Accept-Encoding", "gzip, deflate"))
			t.Logf("%d broadcasts to %d pollers cost %v plain and %v compressed", rounds, many, plain, compressed)
			if compressed > most*plain+3*tick {
				t.Errorf("%d broadcasts to %d pollers cost %v compressed, and %v plain", rounds, many, compressed, plain)
			}
		})
	}
}

// A message that names many channels costs what others of its size do.
func TestManyChannelsCostNoMoreThanTheirBytes(t *testing.T) {
	const messages, most = 20, 3
	for _, args := range [][]string{nil, {"-recovery", "2m"}} {
		t.Run(fmt.Sprint("with ", args), func(t *testing.T) {
			s := start(t, args...)
			p := wiretest.Connect(t, s.addr)
			for i := range 16 { // as many as a client may be in
				p.Send(t, fmt.Sprintf(`42["join","r%05d"]`, i))
			}
			names := repeat(big, func(i int) string { return fmt.Sprintf(`"%06d",`, i) })
			plain := fmt.Sprintf(`42["message",{"channel":"nobody","message":[%s]}]`, strings.TrimSuffix(names, ","))
			channels := fmt.Sprintf(`42["message",{"message":1,"channel":[%s]}]`, strings.TrimSuffix(names, ","))
			send := func(event string) func() {
				return func() {
					for range messages {
						if p.Write(texts(event)...) != nil {
							return // it was closed for that, which is as good
						}
					}
					p.Write(wiretest.Frame{Op: wiretest.Ping})
					for {
						if f, err := p.Read(); err != nil || f.Op == wiretest.Pong {
							return
						}
					}
				}
			}
			s.costOf(t, send(plain))
			one := s.costOf(t, send(plain))
			other := s.costOf(t, send(channels))
			t.Logf("%d messages of %d bytes cost %v, with channels instead %v", messages, big, one, other)
			if other > most*one+3*tick {
				t.Errorf("%d messages of %d bytes that name channels cost %v, others %v", messages, big, other, one)
			}
		})
	}
}

// A compressed frame of a kilobyte may become a megabyte; who sends many is
// handled in turns with others.
func TestFramesThatGrowDoNotHoldOthers(t *testing.T) {
	const frames, least = 300, 60
	s := start(t, "-compression", "1000")
	w := wiretest.Dial(t, s.addr, wiretest.PeerTarget+"&room=alone", "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover")
	w.Next(t)
	w.Send(t, "40")
	w.Next(t)
	frame := compressedFrame(wiretest.Text, `42["offer",[`+strings.TrimSuffix(repeat(990_000, always(`{},`)), ",")+`]]`)
	all := slices.Repeat([]wiretest.Frame{frame}, frames)
	b := watch(t, s)
	var cost int64
	counts := b.during(t, func() {
		cost = int64(s.costOf(t, func() {
			if err := w.Write(all...); err != nil {
				t.Fatal(err)
			}
			handled(t, w)
		}))
	})
	t.Logf("frames of %d bytes, which cost %d µs each; bystanders were answered %v times", len(frame.Payload), cost/frames/1000, counts)
	if counts[0] < least {
		t.Errorf("one of the bystanders was answered %d times while %d frames were handled, of all: %v", counts[0], frames, counts)
	}
}

// What an end costs does not grow with the sessions that are kept for those who
// may come back.
func TestEndsCostTheSameHoweverManySessionsWereLost(t *testing.T) {
	const batch, lost, most = 1000, 20_000, 2
	s := start(t, "-recovery", "1h", "-log-level", "warn")
	lose := func(n int) func() {
		return func() {
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					for range n / 4 {
						p, err := wiretest.TryConnect(s.addr)
						if err != nil {
							t.Error(err)
							return
						}
						p.Conn.Close()
					}
				})
			}
			all.Wait()
		}
	}
	lose(batch)()
	few := s.costOf(t, lose(batch))
	lose(lost)()
	many := s.costOf(t, lose(batch))
	t.Logf("%d sessions cost %v, and %v when %d have been lost", batch, few, many, lost)
	if many > most*few+3*tick {
		t.Errorf("%d sessions cost %v, and %v when %d have been lost", batch, few, many, lost)
	}
}
