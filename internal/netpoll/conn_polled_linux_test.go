//go:build !nopoll && !386

package netpoll

import (
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/wiretest"
)

// polledPair returns two connections that share a poller, with the clients' ends.
func polledPair(t *testing.T) (clients [2]*net.TCPConn, polled [2]*polledConn) {
	t.Helper()
	g := group(t)
	one, err := startPollers(1)
	if err != nil {
		t.Fatal(err)
	}
	g.pollers = one
	for i := range polled {
		client, server := pair(t)
		c := newPolledConn(g, server, func() {}).(*polledConn)
		t.Cleanup(c.CloseNow)
		clients[i], polled[i] = client, c
	}
	return clients, polled
}

func init() {
	kinds["polled"] = func(g *Group, conn net.Conn) Conn { return newPolledConn(g, conn, func() {}) }
}

// run starts a Conn whose Handler is a function, and closes it behind the peer.
func run(c Conn, arrived func(p []byte)) *recorder {
	r := newRecorder("")
	r.arrived, r.onEnd = arrived, c.CloseAfterPeer
	c.Start(r)
	return r
}

// A connection that has always more to say leaves room for the others that the
// poller serves.
func TestBusyConnectionDoesNotStarveOthers(t *testing.T) {
	clients, polled := polledPair(t)
	heard, over := make(chan struct{}), make(chan struct{})
	run(polled[1], func([]byte) { close(heard) })
	full := make([]byte, readSize) // fills a read exactly: there is never less than one more
	var handled atomic.Int64
	run(polled[0], func([]byte) {
		switch n := handled.Add(1); {
		case n == 1:
			clients[1].Write([]byte("let me in"))
		case n == 10_000:
			t.Error("10,000 reads of one connection are handled before one of another")
			close(over)
			return
		case n > 10_000:
			return
		}
		select {
		case <-heard:
			close(over)
		default:
			clients[0].Write(full)
		}
	})
	clients[0].Write(full)
	select {
	case <-over:
	case <-time.After(wiretest.Patience):
		t.Fatal("neither connection gets on")
	}
}

// Nor does one whose input is discarded.
func TestDiscardingConnDoesNotStarveOthers(t *testing.T) {
	clients, polled := polledPair(t)
	heard := make(chan struct{})
	run(polled[1], func([]byte) { close(heard) })
	flood := make([]byte, 1<<20)
	go func() { // ends with the connection
		for {
			if _, err := clients[0].Write(flood); err != nil {
				return
			}
		}
	}()
	run(polled[0], func([]byte) {})
	polled[0].Stop()
	clients[1].Write([]byte("let me in"))
	select {
	case <-heard:
	case <-time.After(wiretest.Patience):
		t.Fatal("the other connection is not heard")
	}
	clients[0].Close()
}

// descriptors counts the descriptors that the process holds.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// Descriptors come back however a Conn ends, before and after its start.
func TestPolledConnClosesItsDescriptor(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(client *net.TCPConn, c *polledConn)
	}{
		{"closed before its start", func(_ *net.TCPConn, c *polledConn) { c.CloseNow() }},
		{"closed behind the peer before its start", func(client *net.TCPConn, c *polledConn) {
			c.CloseAfterPeer()
			client.Close()
		}},
		{"closed", func(_ *net.TCPConn, c *polledConn) {
			run(c, func([]byte) {})
			c.CloseNow()
			c.CloseNow()
		}},
		{"ended by the peer", func(client *net.TCPConn, c *polledConn) {
			run(c, func([]byte) {})
			client.Close()
		}},
		{"stopped", func(client *net.TCPConn, c *polledConn) {
			run(c, func([]byte) {})
			c.Stop()
			client.Close()
		}},
		{"reset with something to write", func(client *net.TCPConn, c *polledConn) {
			run(c, func([]byte) {})
			data := make([]byte, 16<<20)
			n, _ := c.TryWrite(data)
			c.WriteRest(data[n:], time.Minute, func(error) {})
			client.SetLinger(0)
			client.Close()
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := group(t)
			_, first := pair(t)
			c := newPolledConn(g, first, func() {}) // so that there are pollers
			t.Cleanup(c.CloseNow)
			newPolledConn(g, nil, func() {})
			before := descriptors(t)
			for range 5 {
				client, server := pair(t)
				row.end(client, newPolledConn(g, server, func() {}).(*polledConn))
				client.Close()
			}
			for deadline := time.Now().Add(wiretest.Patience); descriptors(t) > before; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("descriptors are left")
				}
			}
		})
	}
}

// Resume calls the Handler although nothing has come, and reading goes on.
func TestPolledConnIsResumedForNothing(t *testing.T) {
	clients, polled := polledPair(t)
	got := make(chan string, 10)
	run(polled[0], func(p []byte) { got <- string(p) })
	polled[0].Resume()
	clients[0].Write([]byte("a"))
	for _, want := range []string{"", "a"} {
		if p := <-got; p != want {
			t.Errorf("%q has come, want %q", p, want)
		}
	}
}

// A Conn whose Handler has no room is read on when it is resumed, though no event
// comes for what the kernel holds.
func TestPolledConnGoesOnWhenThereIsRoom(t *testing.T) {
	clients, polled := polledPair(t)
	h := &narrow{recorder: newRecorder(""), full: make(chan struct{}, 1)}
	polled[0].Start(h)
	clients[0].Write([]byte("ab"))
	<-h.full
	time.Sleep(10 * time.Millisecond) // so that the reader has seen that there is no room
	for range 2 {
		h.room.Add(1)
		polled[0].Resume()
	}
	clients[0].CloseWrite()
	h.room.Add(1)
	polled[0].Resume()
	h.wantEnd(t, io.EOF)
	if string(h.got) != "ab" {
		t.Errorf("%q has come", h.got)
	}
}

// narrow is a recorder that has room for so many bytes.
type narrow struct {
	*recorder
	room atomic.Int32
	full chan struct{} // gets a value when there was no room
}

func (n *narrow) Room() []byte {
	left := int(n.room.Load())
	if left == 0 {
		select {
		case n.full <- struct{}{}:
		default:
		}
		return nil
	}
	return n.recorder.Room()[:left]
}

func (n *narrow) Filled(bytes int) {
	n.room.Add(-int32(bytes))
	n.recorder.Filled(bytes)
}

// The connections of a Group are shared among its pollers.
func TestConnsAreSharedAmongPollers(t *testing.T) {
	g := group(t)
	all, err := startPollers(3)
	if err != nil {
		t.Fatal(err)
	}
	g.pollers = all
	for round := range 2 {
		got := map[*poller]bool{}
		for range all {
			p, err := g.next()
			if err != nil {
				t.Fatal(err)
			}
			defer p.release()
			got[p] = true
		}
		if len(got) != len(all) {
			t.Errorf("round %d goes to %d pollers, want %d", round, len(got), len(all))
		}
	}
}

// A goroutine that has waited to run in vain ends.
func TestSpareLoopsRetire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(poller)
		ended := func(s *Loop) bool {
			select {
			case _, more := <-s.begin:
				return !more
			default:
				return false
			}
		}
		spare := []*Loop{newLoop(p), newLoop(p), newLoop(p)}
		want := func(when string, retired ...bool) {
			t.Helper()
			for i, s := range spare {
				if got := ended(s); got != retired[i] {
					t.Errorf("%s: loop %d has ended: %v, want %v", when, i, got, retired[i])
				}
			}
		}
		for _, s := range spare {
			p.keep(s)
		}
		time.Sleep(retireAfter + time.Second)
		want("they have come meanwhile", false, false, false)
		p.keep(p.takeSpare())
		time.Sleep(retireAfter)
		want("one was needed", true, true, false)
		time.Sleep(retireAfter)
		want("none was", true, true, true)
		if p.takeSpare() != nil || p.retiring {
			t.Error("there is still one that waits, or is to retire")
		}
	})
}
