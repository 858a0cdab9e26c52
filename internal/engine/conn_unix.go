//go:build unix

package engine

import (
	"io"
	"net"
	"syscall"
)

// socket is a TCP connection that can be tried without waiting. One goroutine
// reads and one writes at a time; the two may differ.
type socket struct {
	net.Conn
	raw syscall.RawConn // nil: the connection has no descriptor (TLS, a pipe)

	// owned by the reader
	in      *readBuffer
	readErr error
	onRead  func(fd uintptr) bool

	// owned by the writer
	out      []byte
	written  int
	writeErr error
	onWrite  func(fd uintptr) bool
}

func newSocket(conn net.Conn) *socket {
	s := &socket{Conn: conn}
	if sc, ok := conn.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			s.raw = raw
		}
	}
	// Bound once here: a method value made for every call would be an allocation each.
	s.onRead, s.onWrite = s.readReady, s.writeReady
	return s
}

// fill reads once into the socket's buffer, waiting until there is something.
// An idle connection holds no buffer: it is taken when the kernel has data.
func (s *socket) fill() error {
	if s.raw == nil {
		return s.fillBlocking()
	}
	s.readErr = nil
	if err := s.raw.Read(s.onRead); err != nil {
		return err
	}
	return s.readErr
}

func (s *socket) readReady(fd uintptr) bool {
	empty := s.in == nil
	if empty {
		s.in = takeBuffer()
	}
	for {
		n, err := readNow(int(fd), s.in.free())
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			if empty {
				s.in.release()
				s.in = nil
			}
			return false
		case err != nil:
			s.readErr = err
		case n == 0:
			s.readErr = io.EOF
		default:
			s.in.end += n
		}
		return true
	}
}

// tryWrite writes what the kernel takes of p now and returns how much that was.
func (s *socket) tryWrite(p []byte) (int, error) {
	if s.raw == nil {
		return 0, nil
	}
	s.out, s.written, s.writeErr = p, 0, nil
	err := s.raw.Write(s.onWrite)
	s.out = nil
	if err == nil {
		err = s.writeErr
	}
	return s.written, err
}

func (s *socket) writeReady(fd uintptr) bool {
	for s.written < len(s.out) {
		n, err := writeNow(int(fd), s.out[s.written:])
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return true // full: the caller decides who waits
		case err != nil:
			s.writeErr = err
			return true
		}
		s.written += n
	}
	return true
}
