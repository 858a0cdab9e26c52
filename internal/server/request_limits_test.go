package server

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// answer reads all that comes until the server closes the connection.
func answer(t *testing.T, conn net.Conn) string {
	t.Helper()
	all, err := io.ReadAll(conn)
	if e, ok := err.(net.Error); ok && e.Timeout() {
		t.Fatal("the connection stays open")
	}
	return string(all)
}

var ok = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok") })

// A client that is slow with a part of a request is disconnected.
func TestSlowRequestsEnd(t *testing.T) {
	const short = 100 * time.Millisecond
	reading := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
	for _, row := range []struct {
		name   string
		change func(*HTTPLimits)
		h      http.Handler
		sent   string
		want   string // the beginning of the answer
	}{
		{"nothing", func(l *HTTPLimits) { l.Timeouts.Header = short }, ok, "", ""},
		{"half a header", func(l *HTTPLimits) { l.Timeouts.Header = short }, ok, "GET / HTTP/1.1\r\nHo", "HTTP/1.1 400 "},
		{"half a body", func(l *HTTPLimits) { l.Timeouts.Body = short }, reading, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4", ""},
		{"half a body in chunks", func(l *HTTPLimits) { l.Timeouts.Body = short }, reading, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab", ""},
		{"half a body that nobody wants", func(l *HTTPLimits) { l.Timeouts.Body = short }, ok, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4", ""},
		{"no further request", func(l *HTTPLimits) { l.Timeouts.Idle = short }, ok, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 "},
		{"half of a further request", func(l *HTTPLimits) { l.Timeouts.Header = short }, ok, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT", "HTTP/1.1 200 "},
		{"a header that is too large", func(l *HTTPLimits) { l.MaxHeaderBytes = 1000 }, ok, "GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 10_000) + "\r\n\r\n", "HTTP/1.1 431 "},
	} {
		t.Run(row.name, func(t *testing.T) {
			limits := DefaultHTTPLimits()
			row.change(&limits)
			r := runWithin(t, row.h, limits, func() {})
			conn := wiretest.DialTCP(t, r.addr)
			io.WriteString(conn, row.sent)
			if got := answer(t, conn); !strings.HasPrefix(got, row.want) {
				t.Errorf("the answer is %.200q, want %q", got, row.want)
			}
		})
	}
}

// A client that keeps reading gets all of a response, however long that takes in
// all. One that stops reading is disconnected.
func TestResponseThatIsNotRead(t *testing.T) {
	const size = 32 << 20
	written := make(chan error, 1)
	large := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(make([]byte, size))
		written <- err
	})
	limits := DefaultHTTPLimits()
	limits.Timeouts.Write = 300 * time.Millisecond
	for _, row := range []struct {
		name  string
		reads bool
	}{{"one that reads", true}, {"one that does not", false}} {
		t.Run(row.name, func(t *testing.T) {
			r := runWithin(t, large, limits, func() {})
			conn := wiretest.DialTCP(t, r.addr)
			io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
			if row.reads {
				go io.Copy(io.Discard, conn) // ends with the connection
			}
			select {
			case err := <-written:
				if (err == nil) != row.reads {
					t.Errorf("writing the response ends with %v", err)
				}
			case <-time.After(wiretest.Patience):
				t.Error("the response is still being written")
			}
		})
	}
}
