package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"signaling/internal/http1"
	"signaling/internal/limit"
)

// shutdownTimeout is how long requests may take to end after the sessions have.
const shutdownTimeout = 5 * time.Second

// Listen opens the address. Its error is one line that says how to mend it.
func Listen(addr string) (net.Listener, error) {
	// Without probes of TCP's own: the engine's heartbeats, and the timeouts of
	// requests, find out who is gone.
	config := net.ListenConfig{KeepAlive: -1}
	l, err := config.Listen(context.Background(), "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use: stop what listens there, or choose another address with -addr", addr)
	case errors.Is(err, os.ErrPermission):
		return nil, &permissionError{addr, err}
	default:
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another address with -addr", addr, err)
	}
}

// permissionError is an error of the system's, said in other words.
type permissionError struct {
	addr string
	err  error
}

func (e *permissionError) Error() string {
	return fmt.Sprintf("no permission to listen on %s: choose a port above 1023 with -addr", e.addr)
}

func (e *permissionError) Unwrap() error { return e.err }

// Site is what is served.
type Site struct {
	http.Handler // of every request
	// Direct returns the handler of requests to the path that the engine may
	// read itself, see http1.Options. nil: there are none.
	Direct func(path string) (h http.Handler, limit int64)
}

// Serve serves site on l, within DefaultBounds.
func Serve(ctx context.Context, l net.Listener, site Site, stop func(), log *slog.Logger) error {
	return DefaultBounds(limit.NewCounts(log)).Serve(ctx, l, site, stop, log)
}

// Serve serves site on l until ctx is done, then calls stop, which ends the
// sessions, and waits for the requests under way. Until stop returns new
// requests are served too: clients that poll need them to hear of the end. It
// closes l.
func (b Bounds) Serve(ctx context.Context, l net.Listener, site Site, stop func(), log *slog.Logger) error {
	waiting := newWaiting(b.MaxIdle, b.Counts)
	srv := &http.Server{
		Handler:           b.limitRequest(site),
		ReadHeaderTimeout: b.HeaderTime,
		IdleTimeout:       b.IdleTime,
		MaxHeaderBytes:    b.HeaderBytes,
		ConnState:         waiting.changed,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	// Shutdown would wait for connections that have sent nothing yet, and
	// browsers open some in advance.
	srv.RegisterOnShutdown(waiting.close)
	reserve := newReserve(l, b.Counts)
	defer reserve.Close()
	front := b.newFront(l, site, waiting, reserve, log)
	var others net.Listener = reserve
	if front != nil {
		others = front
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(others) }() // ends with Shutdown
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping")
	stop()
	timeout, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(timeout); err != nil {
		srv.Close()
	}
	if front != nil {
		front.Shutdown(timeout)
	}
	<-served
	return nil
}

// newFront returns what stands before net/http, nil if nothing does.
func (b Bounds) newFront(l net.Listener, site Site, waiting *waiting, reserve *reserve, log *slog.Logger) *http1.Server {
	if site.Direct == nil {
		return nil
	}
	front, err := http1.NewServer(l, http1.Options{
		FastPath:    site.Direct,
		Waits:       waiting.waits,
		Exhausted:   reserve.exhausted,
		Full:        []byte(refusal),
		HeaderBytes: b.HeaderBytes,
		HeaderTime:  b.HeaderTime,
		IdleTime:    b.IdleTime,
		BodyTime:    b.BodyTime,
		WriteTime:   b.WriteTime,
		Log:         log,
	})
	if err != nil {
		return nil
	}
	return front
}

// Announce prints the line that tells where to go.
func Announce(w io.Writer, addr net.Addr) {
	host := "localhost"
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		fmt.Fprintf(w, "Listening on %s\n", addr)
		return
	}
	if !tcp.IP.IsUnspecified() && !tcp.IP.IsLoopback() {
		host = tcp.IP.String()
	}
	fmt.Fprintf(w, "Open http://%s/ in two browser windows\n", net.JoinHostPort(host, fmt.Sprint(tcp.Port)))
}
