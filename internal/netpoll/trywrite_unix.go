//go:build unix

package netpoll

import (
	"net"
	"syscall"
)

// tryWriter writes to a net.Conn without waiting for its peer.
type tryWriter struct {
	raw   syscall.RawConn       // nil: the connection has no descriptor (TLS, a pipe)
	ready func(fd uintptr) bool // writeReady

	// of the write under way
	out     []byte
	written int
	err     error
}

func (t *tryWriter) init(conn net.Conn) {
	if sc, ok := conn.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			t.raw = raw
		}
	}
	t.ready = t.writeReady // bound once: a method value for every call would be an allocation each
}

// write writes what the system takes of p now: nothing for a connection without a
// descriptor.
func (t *tryWriter) write(p []byte) (int, error) {
	if t.raw == nil {
		return 0, nil
	}
	t.out, t.written, t.err = p, 0, nil
	err := t.raw.Write(t.ready)
	t.out = nil
	if err == nil {
		err = t.err
	}
	return t.written, err
}

// writeReady writes once. It returns true so that RawConn does not wait for room.
func (t *tryWriter) writeReady(fd uintptr) bool {
	t.written, t.err = writeAll(int(fd), t.out)
	return true
}

// writeAll writes p to a descriptor that does not block, as far as there is room.
func writeAll(fd int, p []byte) (int, error) {
	written := 0
	for written < len(p) {
		n, err := writeNow(fd, p[written:])
		switch err {
		case nil:
			written += n
		case syscall.EINTR:
		case syscall.EAGAIN:
			return written, nil
		default:
			return written, err
		}
	}
	return written, nil
}
