package server

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"signaling/internal/limit"
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

// A client that takes its time with what every request needs is sent away.
func TestSlowRequestsEnd(t *testing.T) {
	const short = 100 * time.Millisecond
	reading := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
	for _, row := range []struct {
		name   string
		change func(*Bounds)
		h      http.Handler
		sent   string
		want   string // the beginning of the answer
	}{
		{"nothing", func(b *Bounds) { b.HeaderTime = short }, ok, "", ""},
		{"half a header", func(b *Bounds) { b.HeaderTime = short }, ok, "GET / HTTP/1.1\r\nHo", "HTTP/1.1 400 "},
		{"half a body", func(b *Bounds) { b.BodyTime = short }, reading, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4", ""},
		{"half a body in chunks", func(b *Bounds) { b.BodyTime = short }, reading, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab", ""},
		{"half a body that nobody wants", func(b *Bounds) { b.BodyTime = short }, ok, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4", ""},
		{"no further request", func(b *Bounds) { b.IdleTime = short }, ok, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 "},
		{"half of a further request", func(b *Bounds) { b.HeaderTime = short }, ok, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT", "HTTP/1.1 200 "},
		{"a header that is too large", func(b *Bounds) { b.HeaderBytes = 1000 }, ok, "GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 10_000) + "\r\n\r\n", "HTTP/1.1 431 "},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := bounds()
			row.change(&b)
			r := runWithin(t, row.h, b, func() {})
			conn := wiretest.DialTCP(t, r.addr)
			io.WriteString(conn, row.sent)
			if got := answer(t, conn); !strings.HasPrefix(got, row.want) {
				t.Errorf("the answer is %.200q, want %q", got, row.want)
			}
		})
	}
}

// A client that goes on reading gets all of a response, however long that takes
// in all; one that does not go on is let go.
func TestResponseThatIsNotRead(t *testing.T) {
	const size = 32 << 20
	written := make(chan error, 1)
	large := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(make([]byte, size))
		written <- err
	})
	b := bounds()
	b.WriteTime = 300 * time.Millisecond
	for _, row := range []struct {
		name  string
		reads bool
	}{{"one that reads", true}, {"one that does not", false}} {
		t.Run(row.name, func(t *testing.T) {
			r := runWithin(t, large, b, func() {})
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
				t.Error("the response is never given up")
			}
		})
	}
}

// Whoever fills the server with connections that do nothing pushes out his own.
func TestConnectionsThatWaitForARequest(t *testing.T) {
	const limited = 3
	b := bounds()
	b.MaxIdle = limited
	inside, release := make(chan struct{}, 1), make(chan struct{})
	r := runWithin(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/held" {
			inside <- struct{}{}
			<-release
		}
		io.WriteString(w, r.URL.Path)
	}), b, func() {})
	held := wiretest.DialTCP(t, r.addr)
	io.WriteString(held, "GET /held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	<-inside
	var lazy []net.Conn
	for i := range 2 * limited {
		conn := wiretest.DialTCP(t, r.addr)
		io.WriteString(conn, "GET")
		lazy = append(lazy, conn)
		if i >= limited {
			answer(t, lazy[i-limited]) // the one that has waited longest is closed
		}
	}
	if n := b.Counts.Of(limit.IdleConnections); n != limited {
		t.Errorf("%d are counted, want %d", n, limited)
	}
	wiretest.NewBrowser(t, r.addr).Must(t, "GET", "/new", "").Want(t, 200, "/new")
	close(release)
	if got := answer(t, held); !strings.HasSuffix(got, "/held") {
		t.Errorf("the request under way is answered %q", got)
	}
}

func TestConnectionThatComesBackIsNotTheOldest(t *testing.T) {
	w := newWaiting(2, limit.NewCounts(slog.New(slog.DiscardHandler)))
	first, second, third := newWatched(t), newWatched(t), newWatched(t)
	w.changed(first, http.StateNew)
	w.changed(second, http.StateNew)
	w.changed(first, http.StateActive)
	w.changed(first, http.StateIdle)
	w.changed(third, http.StateNew)
	if first.closed || !second.closed || third.closed {
		t.Errorf("closed are: the first %v, the second %v, the third %v", first.closed, second.closed, third.closed)
	}
	w.changed(second, http.StateClosed)
	w.close()
	if !first.closed || !third.closed {
		t.Error("not all are closed in the end")
	}
	late := newWatched(t)
	if w.changed(late, http.StateNew); !late.closed {
		t.Error("one that comes after the end stays open")
	}
}

// watched is a connection that knows whether it was closed.
type watched struct {
	net.Conn
	closed bool
}

func newWatched(t *testing.T) *watched {
	conn, other := net.Pipe()
	t.Cleanup(func() {
		conn.Close()
		other.Close()
	})
	return &watched{Conn: conn}
}

func (w *watched) Close() error {
	w.closed = true
	return w.Conn.Close()
}

func TestServeDoesNotWaitForConnectionsThatSentNothing(t *testing.T) {
	b := bounds()
	r := runWithin(t, ok, b, func() {})
	silent, half := wiretest.DialTCP(t, r.addr), wiretest.DialTCP(t, r.addr)
	io.WriteString(half, "GET / HT")
	wiretest.NewBrowser(t, r.addr).Must(t, "GET", "/", "") // they have been accepted before it
	r.cancel()
	// The server would wait five seconds for these: it must close them first.
	answer(t, silent)
	answer(t, half)
	r.wantEnd(t)
}
