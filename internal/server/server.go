package server

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"signaling/internal/http1"
	"signaling/internal/limit"
)

// Site is what is served.
type Site struct {
	http.Handler // of every request
	// FastPath returns the handler of requests to the path, and the longest body
	// that they may have, if http1 can serve them without net/http; else nil. See
	// http1.Options. A nil FastPath leaves all requests to net/http.
	FastPath func(path string) (h http.Handler, limit int64)
}

// Server serves a Site. Its fields must be set and not be changed afterwards.
type Server struct {
	Site   Site
	Limits HTTPLimits
	Counts *limit.Counts // of connections that were refused or closed at a limit
	Log    *slog.Logger
}

// Serve serves site on l as Server.Serve does, within DefaultHTTPLimits.
func Serve(ctx context.Context, l net.Listener, site Site, stop func(), log *slog.Logger) error {
	s := Server{Site: site, Limits: DefaultHTTPLimits(), Counts: limit.NewCounts(log), Log: log}
	return s.Serve(ctx, l, stop)
}

// shutdownTimeout is how long requests may take to end after the sessions have.
const shutdownTimeout = 5 * time.Second

// Serve serves on l until ctx is done. Then it calls stop, which ends the
// sessions, waits for the requests that are being served, and returns nil. Until
// stop returns it goes on serving new requests: clients that poll learn from
// their next one that the session has ended. It closes l in any case.
func (s *Server) Serve(ctx context.Context, l net.Listener, stop func()) error {
	idle := http1.NewIdleConns(s.Limits.MaxIdleConns, s.evicted)
	srv := &http.Server{
		Handler:           s.Limits.limitRequests(s.Site),
		ReadHeaderTimeout: s.Limits.Timeouts.Header,
		IdleTimeout:       s.Limits.Timeouts.Idle,
		MaxHeaderBytes:    s.Limits.MaxHeaderBytes,
		ConnState:         idle.ConnState,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	// Shutdown would wait for connections that have sent nothing yet, and
	// browsers open some in advance.
	srv.RegisterOnShutdown(idle.Close)
	spare := newSpareListener(l, s.Counts)
	defer spare.Close()
	var listener net.Listener = spare // of what net/http serves
	fast := s.newFastServer(l, idle, spare)
	if fast != nil {
		listener = fast
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener) }() // ends with Shutdown
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.Log.Info("stopping")
	stop()
	timeout, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := srv.Shutdown(timeout); err != nil {
		srv.Close()
	}
	if fast != nil {
		fast.Shutdown(timeout)
	}
	<-served
	return nil
}

// newFastServer returns the server of the requests on l that do not need
// net/http, or nil if net/http is to serve l alone.
func (s *Server) newFastServer(l net.Listener, idle *http1.IdleConns, spare *spareListener) *http1.Server {
	if s.Site.FastPath == nil {
		return nil
	}
	fast, err := http1.NewServer(l, http1.Options{
		FastPath:    s.Site.FastPath,
		Idle:        idle,
		Exhausted:   spare.rejectNext,
		Full:        []byte(unavailable),
		HeaderBytes: s.Limits.MaxHeaderBytes,
		Timeouts:    s.Limits.Timeouts,
		Log:         s.Log,
	})
	if err != nil {
		return nil
	}
	return fast
}

// evicted counts a connection that was closed because too many wait for a request.
func (s *Server) evicted(remote net.Addr) {
	if s.Counts.Add(limit.IdleConnections) {
		s.Counts.Log(limit.IdleConnections, "address", remote.String())
	}
}
