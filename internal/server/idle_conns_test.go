package server

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"signaling/internal/limit"
	"signaling/internal/wiretest"
)

// A client that opens connections and does nothing with them evicts its own.
func TestConnectionsThatWaitForARequest(t *testing.T) {
	const limited = 3
	limits := DefaultHTTPLimits()
	limits.MaxIdleConns = limited
	inside, release := make(chan struct{}, 1), make(chan struct{})
	r := runWithin(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/held" {
			inside <- struct{}{}
			<-release
		}
		io.WriteString(w, r.URL.Path)
	}), limits, func() {})
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
	if n := r.counts.Of(limit.IdleConnections); n != limited {
		t.Errorf("%d are counted, want %d", n, limited)
	}
	wiretest.NewBrowser(t, r.addr).Must(t, "GET", "/new", "").Want(t, 200, "/new")
	close(release)
	if got := answer(t, held); !strings.HasSuffix(got, "/held") {
		t.Errorf("the request under way is answered %q", got)
	}
}

func TestServeDoesNotWaitForConnectionsThatSentNothing(t *testing.T) {
	r := run(t, ok, func() {})
	silent, half := wiretest.DialTCP(t, r.addr), wiretest.DialTCP(t, r.addr)
	io.WriteString(half, "GET / HT")
	wiretest.NewBrowser(t, r.addr).Must(t, "GET", "/", "") // they have been accepted before it
	r.cancel()
	// The server would wait five seconds for these: it must close them first.
	answer(t, silent)
	answer(t, half)
	r.wantEnd(t)
}
