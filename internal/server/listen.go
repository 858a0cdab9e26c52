package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// Listen opens the address. Its error is one line that says how to fix it.
func Listen(addr string) (net.Listener, error) {
	// No keep-alive probes of TCP: the engine's heartbeats and the timeouts of
	// requests find lost clients.
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

// permissionError wraps the system's error without its text, which says less.
type permissionError struct {
	addr string
	err  error
}

func (e *permissionError) Error() string {
	return fmt.Sprintf("no permission to listen on %s: choose a port above 1023 with -addr", e.addr)
}

func (e *permissionError) Unwrap() error { return e.err }

// Announce prints a line with the address to open in a browser.
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
