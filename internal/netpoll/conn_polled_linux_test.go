package netpoll

import (
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
	g := new(Group)
	t.Cleanup(g.Close)
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
		want("nobody was", true, true, true)
		if p.takeSpare() != nil || p.retiring {
			t.Error("there is still somebody who waits, or for whom")
		}
	})
}
