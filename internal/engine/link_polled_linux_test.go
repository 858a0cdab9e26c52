package engine

import (
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/wiretest"
)

// polledPair returns two connections whose links share a poller, with the
// clients' ends.
func polledPair(t *testing.T) (clients [2]*net.TCPConn, polled [2]*polledLink) {
	t.Helper()
	for i := range polled {
		client, server := pair(t)
		l := newPolledLink(server, func() {}).(*polledLink)
		t.Cleanup(l.close)
		clients[i], polled[i] = client, l
	}
	polled[1].poller = polled[0].poller
	return clients, polled
}

// run starts a link with a handler made of a function.
func run(l link, message func(data []byte)) {
	c := newWSConn(l, 1<<20, 0, nil)
	c.handler = funcHandler(message)
	c.ended = func(error) { l.linger() }
	c.start(c)
}

// A connection that has always more to say leaves room for the others that the
// poller serves.
func TestBusyConnectionDoesNotStarveOthers(t *testing.T) {
	clients, polled := polledPair(t)
	heard, over := make(chan struct{}), make(chan struct{})
	run(polled[1], func([]byte) { close(heard) })
	// A message that fills a read exactly: there is never less than one more.
	full := wiretest.Bytes(wiretest.Frame{Op: wiretest.Binary, Payload: strings.Repeat("x", readSize-8)})
	var handled atomic.Int64
	run(polled[0], func([]byte) {
		switch n := handled.Add(1); {
		case n == 1:
			clients[1].Write(wiretest.Bytes(wiretest.Texts("let me in")...))
		case n == 10_000:
			t.Error("10,000 messages of one connection are handled before one of another")
			close(over)
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

// Nor does one that nobody listens to any more.
func TestLingeringConnectionDoesNotStarveOthers(t *testing.T) {
	clients, polled := polledPair(t)
	heard := make(chan struct{})
	run(polled[1], func([]byte) { close(heard) })
	flood := make([]byte, 1<<20) // zeros are no frame of a client's
	go func() {                  // ends with the connection
		for {
			if _, err := clients[0].Write(flood); err != nil {
				return
			}
		}
	}()
	run(polled[0], func([]byte) { t.Error("a message comes out of zeros") })
	clients[1].Write(wiretest.Bytes(wiretest.Texts("let me in")...))
	select {
	case <-heard:
	case <-time.After(wiretest.Patience):
		t.Fatal("the other connection is not heard")
	}
	clients[0].Close()
}

// Descriptors come back however a link ends, before and after its start.
func TestPolledLinkClosesItsDescriptor(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(client *net.TCPConn, l *polledLink)
	}{
		{"closed before its start", func(_ *net.TCPConn, l *polledLink) { l.close() }},
		{"dismissed", func(client *net.TCPConn, l *polledLink) {
			newWSConn(l, 100, 0, nil).dismiss()
			client.Close()
		}},
		{"closed", func(_ *net.TCPConn, l *polledLink) {
			run(l, func([]byte) {})
			l.close()
			l.close()
		}},
		{"ended by the peer", func(client *net.TCPConn, l *polledLink) {
			run(l, func([]byte) {})
			client.Close()
		}},
		{"stopped", func(client *net.TCPConn, l *polledLink) {
			run(l, func([]byte) {})
			l.stop()
			client.Close()
		}},
		{"reset with something to write", func(client *net.TCPConn, l *polledLink) {
			run(l, func([]byte) {})
			data := make([]byte, 16<<20)
			n, _ := l.tryWrite(data)
			l.writeRest(data[n:], time.Minute, func(error) {})
			client.SetLinger(0)
			client.Close()
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			pair(t)
			newPolledLink(nil, func() {})
			before := descriptors(t)
			for range 5 {
				client, server := pair(t)
				row.end(client, newPolledLink(server, func() {}).(*polledLink))
				client.Close()
			}
			eventually(t, "no descriptor is left", func() bool { return descriptors(t) <= before })
		})
	}
}

// A goroutine that has waited for a turn in vain ends.
func TestSpareTurnsRetire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(poller)
		ended := func(s *turn) bool {
			select {
			case _, more := <-s.begin:
				return !more
			default:
				return false
			}
		}
		spare := []*turn{newTurn(p), newTurn(p), newTurn(p)}
		want := func(when string, retired ...bool) {
			t.Helper()
			for i, s := range spare {
				if got := ended(s); got != retired[i] {
					t.Errorf("%s: turn %d has ended: %v, want %v", when, i, got, retired[i])
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
