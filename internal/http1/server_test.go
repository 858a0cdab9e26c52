//go:build linux && !nopoll && !386

package http1

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// hello answers every request.
func hello(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }

// The addresses of clients are those that package net would give.
func TestAddressesOfClients(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "[::1]:0", "[::]:0"} {
		t.Run(listen, func(t *testing.T) {
			seen := make(chan string, 1)
			s := listening(t, listen, options(func(_ http.ResponseWriter, r *http.Request) { seen <- r.RemoteAddr }))
			defer func() {
				s.Close()
				s.Shutdown(t.Context())
			}()
			host := "127.0.0.1"
			if listen == "[::1]:0" {
				host = "::1"
			}
			_, port, _ := net.SplitHostPort(s.Addr().String())
			conn := wiretest.DialTCP(t, net.JoinHostPort(host, port))
			io.WriteString(conn, getOf("/?a"))
			if got := <-seen; got != conn.LocalAddr().String() {
				t.Errorf("the address is %s, want %s", got, conn.LocalAddr())
			}
		})
	}
}

// A Server that is closed accepts nothing, and keeps the connections it has.
func TestClosedServer(t *testing.T) {
	s := listening(t, "127.0.0.1:0", options(hello))
	c := dial(t, s)
	c.send(getOf("/?a"))
	c.want(200, "hello")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", s.Addr().String()); err == nil {
		conn.Close()
		t.Error("something still listens")
	}
	if _, err := s.Accept(); err != net.ErrClosed {
		t.Errorf("Accept fails with %v", err)
	}
	c.send(getOf("/?a"))
	c.want(200, "hello")
	s.Shutdown(t.Context())
	c.wantEnd()
}

// Shutdown waits for a client that is still taking its response.
func TestShutdownWaitsForResponses(t *testing.T) {
	const size = 64 << 20 // more than the system's buffers hold
	s := listening(t, "127.0.0.1:0", options(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, size)) }))
	c := dial(t, s)
	c.send(getOf("/?a"))
	c.in.Peek(1)
	s.Close()
	over := make(chan struct{})
	go func() { // ends with the response
		s.Shutdown(t.Context())
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
	<-over
}

// A connection is accepted with what has been read of it when a request comes
// that is not served here.
func TestConnectionIsPassedOn(t *testing.T) {
	o := options(hello)
	o.FastPath = func(path string) (http.Handler, int64) {
		if path == "/here" {
			return http.HandlerFunc(hello), 0
		}
		return nil, 0
	}
	s := run(t, o)
	c := dial(t, s)
	other := getOf("/there?a") + "more"
	c.send(getOf("/here?a") + other)
	c.want(200, "hello")
	conn, err := s.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got := make([]byte, len(other))
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != other {
		t.Errorf("it brings %q, %v", got, err)
	}
	conn.(interface{ CloseWrite() error }).CloseWrite()
	c.wantEnd()
}

// What is waited for is waited for so long; only what waits for a request is
// idle, and may have to go for others.
func TestWaitsAreBounded(t *testing.T) {
	const short = 50 * time.Millisecond
	readsBody := func(w http.ResponseWriter, _ *http.Request) {
		w.(*Response).ReadBody(func(_ []byte, err error) {
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			io.WriteString(w, "ok")
		})
	}
	for _, row := range []struct {
		name   string
		change func(*Options)
		sent   string
		want   bool // an answer comes before the end
	}{
		{"for a request", func(o *Options) { o.Timeouts.Header = short }, "", false},
		{"for the rest of a head", func(o *Options) { o.Timeouts.Header = short }, getOf("/?a")[:20], false},
		{"for the rest of a body", func(o *Options) { o.Timeouts.Body = short }, strings.TrimSuffix(postTo("/?a", "4a"), "a"), false},
		{"for the next request", func(o *Options) { o.Timeouts.Idle = short }, postTo("/?a", "4a"), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := options(readsBody)
			row.change(&o)
			s := run(t, o)
			c := dial(t, s)
			c.send(row.sent)
			if row.want {
				c.want(200, "ok")
			}
			c.wantEnd()
		})
	}
}

func TestIdleConnectionsAreBounded(t *testing.T) {
	served := make(chan struct{}, 10)
	o := options(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.(*Response).ReadBody(func([]byte, error) {})
		}
		served <- struct{}{}
	})
	evicted := make(chan string, 10)
	o.Idle = NewIdleConns(3, func(remote net.Addr) { evicted <- remote.String() })
	s := run(t, o)
	var clients []*client
	connect := func(sent string) {
		c := dial(t, s)
		c.send(sent)
		clients = append(clients, c)
		if strings.Contains(sent, "\r\n\r\n") {
			<-served
		}
	}
	connect(strings.TrimSuffix(postTo("/?a", "4a"), "a")) // serves its request, as long as that takes
	connect(getOf("/?a")[:20])
	clients[1].wantIdle(o.Idle, 1)
	connect(getOf("/?a"))
	clients[2].wantIdle(o.Idle, 2)
	connect(getOf("/?a"))
	clients[3].wantIdle(o.Idle, 3)
	connect(getOf("/?a"))
	clients[1].wantEnd()
	if got, want := <-evicted, clients[1].LocalAddr().String(); got != want {
		t.Errorf("%s is closed because of the limit, want %s", got, want)
	}
	clients[0].send("a")
	clients[0].want(200, "")
	clients[2].in.ReadString(0) // its response, and the end: it has waited longest now
	if got, want := <-evicted, clients[2].LocalAddr().String(); got != want {
		t.Errorf("%s is closed because of the limit, want %s", got, want)
	}
}

// wantIdle waits until n connections wait for a request.
func (c *client) wantIdle(i *IdleConns, n int) {
	c.t.Helper()
	for deadline := time.Now().Add(wiretest.Patience); ; time.Sleep(time.Millisecond) {
		i.mu.Lock()
		got := i.order.Len()
		i.mu.Unlock()
		if got == n {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%d connections are idle, want %d", got, n)
		}
	}
}
