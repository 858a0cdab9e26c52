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

func TestListenErrorsAreOneLineThatHelps(t *testing.T) {
	busy, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for _, row := range []struct {
		name, addr, want string
	}{
		{"a port that is taken", busy.Addr().String(), busy.Addr().String() + " is in use: stop what listens there, or choose another address with -addr"},
		{"an address of another machine", "192.0.2.1:0", "choose another address with -addr"},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, err := Listen(row.addr)
			if err == nil {
				l.Close()
				t.Fatal("it listens")
			}
			if got := err.Error(); !strings.Contains(got, row.want) || !strings.Contains(got, row.addr[:strings.IndexByte(row.addr, ':')]) || strings.Contains(got, "\n") {
				t.Errorf("the error is %q, want %q in it", got, row.want)
			}
		})
	}
}

func TestAnnouncedAddress(t *testing.T) {
	for _, row := range []struct {
		name string
		addr net.Addr
		want string
	}{
		{"all interfaces", &net.TCPAddr{IP: net.IPv6unspecified, Port: 8181}, "Open http://localhost:8181/ in two browser windows\n"},
		{"all interfaces of IPv4", &net.TCPAddr{IP: net.IPv4zero, Port: 80}, "Open http://localhost:80/ in two browser windows\n"},
		{"the loopback interface", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, "Open http://localhost:1/ in two browser windows\n"},
		{"one address", &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8181}, "Open http://192.0.2.7:8181/ in two browser windows\n"},
		{"one address of IPv6", &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 8181}, "Open http://[2001:db8::1]:8181/ in two browser windows\n"},
		{"no TCP address", &net.UnixAddr{Name: "/run/x", Net: "unix"}, "Listening on /run/x\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out strings.Builder
			if Announce(&out, row.addr); out.String() != row.want {
				t.Errorf("announced %q, want %q", out.String(), row.want)
			}
		})
	}
}

// running is a server that Serve runs.
type running struct {
	addr   string
	cancel func()
	ended  chan error
	stops  chan struct{} // one for each call of stop
}

func run(t *testing.T, h http.Handler, stop func()) *running {
	t.Helper()
	return runWithin(t, h, bounds(), stop)
}

func bounds() Bounds { return DefaultBounds(limit.NewCounts(slog.New(slog.DiscardHandler))) }

// runWithin is run with bounds of the test's own.
func runWithin(t *testing.T, h http.Handler, b Bounds, stop func()) *running {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{l.Addr().String(), cancel, make(chan error, 1), make(chan struct{}, 8)}
	go func() { // ends with cancel
		r.ended <- b.Serve(ctx, l, Site{Handler: h}, func() {
			stop()
			r.stops <- struct{}{}
		}, slog.New(slog.DiscardHandler))
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
