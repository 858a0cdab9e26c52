//go:build linux && !nopoll && !386

package http1

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"signaling/internal/netpoll"
)

// A handler that panics loses its connection, and no other.
func TestHandlerThatPanics(t *testing.T) {
	s := run(t, options(func(_ http.ResponseWriter, r *http.Request) { panic(r.URL.RawQuery) }))
	for range 3 {
		c := dial(t, s)
		c.send(getOf("/?a") + getOf("/?b"))
		c.wantEnd()
	}
}

// What a response's header has cannot end its line.
func TestHeaderLinesOfResponses(t *testing.T) {
	s := run(t, options(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("A", "1\r\nB: 2")
		w.Header().Set("Connection", "close")
		http.Error(w, "c", http.StatusServiceUnavailable)
	}))
	c := dial(t, s)
	c.send(getOf("/?a"))
	all, err := io.ReadAll(c.in)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"HTTP/1.1 503 Service Unavailable\r\n", "\r\nA: 1  B: 2\r\n", "\r\nContent-Length: 2\r\n", "\r\nDate: ", "\r\n\r\nc\n"} {
		if !strings.Contains(string(all), want) {
			t.Errorf("the answer is %q, want %q in it", all, want)
		}
	}
}

// A held response is sent later; what the client sends behind its request waits
// for that.
func TestHeldResponse(t *testing.T) {
	held := make(chan *Response, 1)
	s := run(t, options(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.URL.RawQuery)
		if r.URL.RawQuery == "held" {
			w.(*Response).Hold(func() bool { return true })
			held <- w.(*Response)
		}
	}))
	c := dial(t, s)
	c.send(getOf("/?held") + getOf("/?next"))
	(<-held).Send()
	c.want(200, "held")
	c.want(200, "next")
}

// The client may leave before its held response is there.
func TestClientThatLeavesAHeldResponse(t *testing.T) {
	held, gone := make(chan struct{}), make(chan struct{})
	s := run(t, options(func(w http.ResponseWriter, r *http.Request) {
		w.(*Response).Hold(func() bool {
			close(gone)
			return true
		})
		close(held)
	}))
	c := dial(t, s)
	c.send(getOf("/?a"))
	<-held
	c.CloseWrite()
	<-gone
	c.wantEnd()
}

// keeper is a netpoll.Handler that passes on what comes, once.
type keeper struct {
	netpoll.Input
	got chan string
}

func (k *keeper) Arrived(*netpoll.Loop) error {
	if len(k.Unread()) > 0 {
		k.got <- string(k.Unread())
	}
	k.Release()
	return nil
}

func (k *keeper) ReadEnded(error) {}

// Another protocol takes the connection with what came behind the request.
func TestConnectionIsDetached(t *testing.T) {
	conns := make(chan netpoll.Conn, 1)
	k := &keeper{got: make(chan string, 10)}
	closed := make(chan struct{})
	s := run(t, options(func(w http.ResponseWriter, r *http.Request) {
		conn, prefix := w.(*Response).Detach(func() { close(closed) })
		k.got <- string(prefix)
		conn.Start(k)
		conns <- conn
	}))
	c := dial(t, s)
	c.send(getOf("/?a") + "prefix")
	conn := <-conns
	c.send("more")
	for _, want := range []string{"prefix", "more"} {
		if got := <-k.got; got != want {
			t.Errorf("%q has come, want %q", got, want)
		}
	}
	if err := conn.Send([]byte("answer")); err != nil {
		t.Error(err)
	}
	conn.CloseNow()
	<-closed
	if all, err := io.ReadAll(c.in); err != nil || string(all) != "answer" {
		t.Errorf("the client gets %q, %v", all, err)
	}
}

// What a handler ends its connection with is all that the client gets.
func TestConnectionIsClosedNow(t *testing.T) {
	s := run(t, options(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "lost")
		w.(*Response).CloseNow([]byte("last"))
	}))
	c := dial(t, s)
	c.send(getOf("/?a"))
	if all, err := io.ReadAll(c.in); err != nil || string(all) != "last" {
		t.Errorf("the client gets %q, %v", all, err)
	}
}

// The reader of a connection ends while a body is waited for.
func TestBodyThatIsNotReadAnyMore(t *testing.T) {
	reading := make(chan *Response, 1)
	ended := make(chan error, 1)
	s := run(t, options(func(w http.ResponseWriter, r *http.Request) {
		w.(*Response).ReadBody(func(_ []byte, err error) {
			ended <- err
			panic(http.ErrAbortHandler)
		})
		reading <- w.(*Response)
	}))
	c := dial(t, s)
	c.send(strings.TrimSuffix(postTo("/?a", "ab"), "b"))
	(<-reading).StopReading()
	if err := <-ended; err != netpoll.ErrStopped {
		t.Errorf("the body ends with %v", err)
	}
	c.wantEnd()
}
