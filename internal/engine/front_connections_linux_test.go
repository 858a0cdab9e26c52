package engine

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

func TestFrontBoundsWaiting(t *testing.T) {
	const short = 50 * time.Millisecond
	for _, row := range []struct {
		name   string
		change func(*FrontOptions)
		sent   func(at string) string
		want   bool // an answer comes before the end
		waits  int32
	}{
		{"for a request", func(o *FrontOptions) { o.HeaderTime = short }, func(string) string { return "" }, false, 1},
		{"for the rest of a head", func(o *FrontOptions) { o.HeaderTime = short }, func(at string) string { return getOf(at)[:30] }, false, 1},
		{"for the rest of a body", func(o *FrontOptions) { o.BodyTime = short }, func(at string) string { return postTo(at, "4a")[:len(postTo(at, "4a"))-1] }, false, 0},
		{"for the next request", func(o *FrontOptions) { o.IdleTime = short }, func(at string) string { return postTo(at, "4a") }, true, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			opened := make(chan *Session, 1)
			srv := NewServer(options(), &strict{t: t, hooks: hooks{opened: func(s *Session) { opened <- s }}, calls: make(map[*Session]*calls)})
			at := target + Polling + "&sid="
			o := frontOptions(srv)
			row.change(&o)
			var waiting atomic.Int32
			o.Waits = func(_ Waiter, so bool) Waiter {
				if so {
					waiting.Add(1)
				}
				return nil
			}
			addr := runFront(t, o)
			defer srv.Close()
			p := wiretest.OpenPolling(t, addr, target+Polling)
			<-opened
			c := &client{t: t, TCPConn: wiretest.DialTCP(t, addr)}
			c.in = bufio.NewReader(c)
			c.send(row.sent(at + p.SID))
			if row.want {
				c.want(200, "ok")
			}
			if _, err := c.in.ReadByte(); err != io.EOF {
				t.Errorf("reading ends with %v", err)
			}
			if waits := waiting.Load() - 1; waits != row.waits { // without that of p
				t.Errorf("it is told of %d waits for a request, want %d", waits, row.waits)
			}
		})
	}
}

// runFront runs a front alone, until the test ends.
func runFront(t *testing.T, o FrontOptions) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := NewFront(l, o)
	t.Cleanup(func() {
		front.Close()
		front.Shutdown(t.Context())
	})
	return l.Addr().String()
}

// The addresses of clients are those that package net would give.
func TestAddressesOfClients(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "[::1]:0", "[::]:0"} {
		t.Run(listen, func(t *testing.T) {
			l, err := net.Listen("tcp", listen)
			if err != nil {
				t.Fatal(err)
			}
			srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
			defer srv.Close()
			o := frontOptions(srv)
			seen := make(chan string, 1)
			o.Direct = func(string) (http.Handler, int64) {
				return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.RemoteAddr }), 0
			}
			front := NewFront(l, o)
			defer front.Close()
			host := "127.0.0.1"
			if listen == "[::1]:0" {
				host = "::1"
			}
			_, port, _ := net.SplitHostPort(l.Addr().String())
			conn := wiretest.DialTCP(t, net.JoinHostPort(host, port))
			io.WriteString(conn, getOf("/?a"))
			if got := <-seen; got != conn.LocalAddr().String() {
				t.Errorf("the address is %s, want %s", got, conn.LocalAddr())
			}
		})
	}
}

// What connections wait is told in order, whoever answers a poll.
func TestWaitingIsToldInOrder(t *testing.T) {
	srv := NewServer(options(), &strict{t: t, hooks: echo, calls: make(map[*Session]*calls)})
	defer srv.Close()
	o := frontOptions(srv)
	var mu sync.Mutex
	waiting := make(map[Waiter]bool)
	o.Waits = func(c Waiter, so bool) Waiter {
		mu.Lock()
		defer mu.Unlock()
		if so == waiting[c] && so {
			t.Error("a connection that waits begins to")
		}
		if waiting[c] = so; !so {
			delete(waiting, c)
		}
		return nil
	}
	addr := runFront(t, o)
	p := wiretest.OpenPolling(t, addr, target+Polling)
	s := srv.Session(p.SID)
	c := &client{t: t, TCPConn: wiretest.DialTCP(t, addr)}
	c.in = bufio.NewReader(c)
	for range 500 { // the next request comes while the answer is being noted
		c.send(getOf(p.Target))
		go s.Send(text("a")) // ends at once
		c.want(200, "4a")
	}
	c.Close()
	eventually(t, "nobody but the first waits", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(waiting) == 1
	})
}

// Shutdown waits for a client that is still taking its response.
func TestShutdownWaitsForResponses(t *testing.T) {
	const size = 64 << 20 // more than the system's buffers hold
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	defer srv.Close()
	o := frontOptions(srv)
	o.Direct = func(string) (http.Handler, int64) {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, size)) }), 0
	}
	front := NewFront(l, o)
	c := &client{t: t, TCPConn: wiretest.DialTCP(t, l.Addr().String())}
	c.in = bufio.NewReader(c)
	c.send(getOf("/?a"))
	c.in.Peek(1)
	front.Close()
	over := make(chan struct{})
	go func() { // ends with the response
		front.Shutdown(t.Context())
		close(over)
	}()
	select {
	case <-over:
		t.Error("it does not wait")
	case <-time.After(10 * answeredCheck):
	}
	if _, body := c.answer(); len(body) != size {
		t.Errorf("%d bytes have come, want %d", len(body), size)
	}
	within(t, "Shutdown returns", func() { <-over })
}

// Clients who come together are served even if each one's handshake waits for
// the last one's.
func TestHandshakesThatWaitForEachOther(t *testing.T) {
	const n = 3 * 16
	var here sync.WaitGroup
	here.Add(n)
	o := options()
	o.AllowRequest = func(*http.Request) error {
		here.Done()
		here.Wait()
		return nil
	}
	f := serveFronted(t, o, echo)
	clients := make([]*client, n)
	for i := range clients {
		clients[i] = f.dial(t)
		clients[i].send(getOf(target + Polling))
	}
	for _, c := range clients {
		if status, body := c.answer(); status != 200 {
			t.Fatalf("the answer is %d %q", status, body)
		}
	}
	f.wantPassed(t, 0)
}

// A front that is closed accepts nobody, and keeps whom it has.
func TestClosedFront(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	front := NewFront(l, frontOptions(srv))
	c := &client{t: t, TCPConn: wiretest.DialTCP(t, l.Addr().String())}
	c.in = bufio.NewReader(c)
	c.open()
	if err := front.Close(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
		t.Error("somebody still listens")
	}
	if _, err := front.Accept(); err != net.ErrClosed {
		t.Errorf("Accept fails with %v", err)
	}
	c.open()
	srv.Close()
	front.Shutdown(t.Context())
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}
