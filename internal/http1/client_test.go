//go:build linux && !nopoll && !386

package http1

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"signaling/internal/limit"
	"signaling/internal/wiretest"
)

// options returns options that have every request served by h.
func options(h http.HandlerFunc) Options {
	return Options{
		FastPath:    func(string) (http.Handler, int64) { return h, 1 << 20 },
		HeaderBytes: 16 << 10,
		Exhausted:   func() bool { return false },
		Timeouts:    limit.Timeouts{Header: wiretest.Patience, Body: wiretest.Patience, Write: wiretest.Patience, Idle: wiretest.Patience},
		Log:         slog.New(slog.DiscardHandler),
	}
}

// listening returns a Server on addr, which the caller closes.
func listening(t *testing.T, addr string, o Options) *Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(l, o)
	if err != nil {
		l.Close()
		t.Fatal(err)
	}
	return s
}

// run runs a Server until the test ends.
func run(t *testing.T, o Options) *Server {
	t.Helper()
	s := listening(t, "127.0.0.1:0", o)
	t.Cleanup(func() {
		s.Close()
		s.Shutdown(t.Context())
	})
	return s
}

// client is a connection that speaks HTTP by hand.
type client struct {
	t *testing.T
	*net.TCPConn
	out io.Writer
	in  *bufio.Reader
}

func dial(t *testing.T, s *Server) *client {
	t.Helper()
	conn := wiretest.DialTCP(t, s.Addr().String())
	return &client{t, conn, conn, bufio.NewReader(conn)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.out, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads one response.
func (c *client) answer() (status int, body string) {
	c.t.Helper()
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatalf("read a response: %v", err)
	}
	all, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(all)
}

func (c *client) want(status int, body string) {
	c.t.Helper()
	if gotStatus, got := c.answer(); gotStatus != status || got != body {
		c.t.Fatalf("the answer is %d %.200q, want %d %.200q", gotStatus, got, status, body)
	}
}

// wantEnd waits for the end of the connection, behind which nothing comes.
func (c *client) wantEnd() {
	c.t.Helper()
	c.SetReadDeadline(time.Now().Add(wiretest.Patience))
	if _, err := c.in.ReadByte(); err != io.EOF {
		c.t.Errorf("reading ends with %v", err)
	}
}

func getOf(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n" }

func postTo(target, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target, len(body), body)
}
