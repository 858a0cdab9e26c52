//go:build !unix

package engine

import "net"

// socket is a TCP connection. Without descriptors to try, every write waits in
// the writer's goroutine.
type socket struct {
	net.Conn
	in *readBuffer // owned by the reader
}

func newSocket(conn net.Conn) *socket { return &socket{Conn: conn} }

func (s *socket) fill() error { return s.fillBlocking() }

func (s *socket) tryWrite([]byte) (int, error) { return 0, nil }
