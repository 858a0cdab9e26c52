package server

import (
	"context"
	"fmt"
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

// running is a Server that serves until the test ends.
type running struct {
	addr   string
	cancel func()
	ended  chan error
	stops  chan struct{} // one for each call of stop
	counts *limit.Counts
}

func run(t *testing.T, h http.Handler, stop func()) *running {
	t.Helper()
	return runWithin(t, h, DefaultHTTPLimits(), stop)
}

// runWithin is run with other limits.
func runWithin(t *testing.T, h http.Handler, limits HTTPLimits, stop func()) *running {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	r := &running{l.Addr().String(), cancel, make(chan error, 1), make(chan struct{}, 8), limit.NewCounts(log)}
	s := Server{Site: Site{Handler: h}, Limits: limits, Counts: r.counts, Log: log}
	go func() { // ends with cancel
		r.ended <- s.Serve(ctx, l, func() {
			stop()
			r.stops <- struct{}{}
		})
	}()
	t.Cleanup(cancel)
	return r
}

func (r *running) wantEnd(t *testing.T) {
	t.Helper()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("Serve returned %v", err)
		}
	case <-time.After(wiretest.Patience):
		t.Fatal("Serve does not return")
	}
	if n := len(r.stops); n != 1 {
		t.Errorf("stop was called %d times", n)
	}
	if conn, err := net.Dial("tcp", r.addr); err == nil {
		conn.Close()
		t.Error("the address still takes connections")
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	r := run(t, http.NotFoundHandler(), func() {})
	if a := wiretest.NewBrowser(t, r.addr).Must(t, "GET", "/", ""); a.Status != 404 {
		t.Errorf("the handler's answer is %d", a.Status)
	}
	r.cancel()
	r.wantEnd(t)
}

func TestServeWaitsForRequestsUnderWay(t *testing.T) {
	inside, release := make(chan struct{}), make(chan struct{})
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-release
		io.WriteString(w, "done")
	}), func() { close(release) }) // as ending the sessions answers their polls
	answer := make(chan string, 1)
	browser := wiretest.NewBrowser(t, r.addr)
	go func() { // ends with its request
		a, err := browser.Do(context.Background(), "GET", "/", "")
		answer <- fmt.Sprint(a.Body, err)
	}()
	<-inside
	r.cancel()
	if got := <-answer; got != "done<nil>" {
		t.Errorf("the request under way is answered %q", got)
	}
	r.wantEnd(t)
}

func TestServeDoesNotWaitForIdleConnections(t *testing.T) {
	r := run(t, http.NotFoundHandler(), func() {})
	wiretest.NewBrowser(t, r.addr).Must(t, "GET", "/", "") // leaves its connection open
	r.cancel()
	r.wantEnd(t)
}

func TestServeFailsWithItsListener(t *testing.T) {
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	err = Serve(context.Background(), l, Site{Handler: http.NotFoundHandler()}, func() {}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.HasPrefix(err.Error(), "serve: ") {
		t.Errorf("Serve on a closed listener returned %v", err)
	}
}
