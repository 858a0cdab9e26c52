//go:build linux

package load

import (
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// stream is what a connection carries: HTTP exchanges or a WebSocket.
type stream interface {
	// received takes the bytes that have come in and returns how many of
	// them it used; the rest is offered again with what follows. The bytes
	// are valid during the call only.
	received(b []byte) (used int)
	// closed tells that the connection is gone, for any reason but a call
	// of conn.close.
	closed(err error)
}

// conn is one non-blocking TCP connection.
type conn struct {
	loop   *Loop
	fd     int // -1 once closed
	serial int32
	owner  stream
	open   bool   // the TCP connection stands
	events uint32 // what epoll watches
	rest   []byte // received, not yet used
	out    []byte // to be written
	quota  int    // bytes it may still read; -1 for any number
}

func (c *conn) watch(op int, events uint32) error {
	c.events = events
	ev := unix.EpollEvent{Events: events, Fd: int32(c.fd), Pad: c.serial}
	if err := unix.EpollCtl(c.loop.epoll, op, c.fd, &ev); err != nil {
		return fmt.Errorf("watch a connection: %w", err)
	}
	return nil
}

// ready handles what epoll reports.
func (c *conn) ready(events uint32) {
	if !c.open {
		errno, err := unix.GetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && errno != 0 {
			err = unix.Errno(errno)
		}
		if err != nil {
			c.fail(fmt.Errorf("connect: %w", err))
			return
		}
		c.open = true
	}
	if events&unix.EPOLLOUT != 0 {
		c.flush()
	}
	if c.fd >= 0 && events&(unix.EPOLLIN|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		c.read()
	}
}

func (c *conn) read() {
	buf := c.loop.buf
	if c.quota >= 0 {
		buf = buf[:min(c.quota, len(buf))]
	}
	n, err := unix.Read(c.fd, buf)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err != nil:
		c.fail(fmt.Errorf("read: %w", err))
		return
	case n == 0:
		c.fail(io.EOF)
		return
	}
	if c.quota >= 0 {
		c.setQuota(c.quota - n)
	}
	data := buf[:n]
	if len(c.rest) > 0 {
		c.rest = append(c.rest, data...)
		data = c.rest
	}
	used := c.owner.received(data)
	if c.fd >= 0 {
		c.rest = append(c.rest[:0], data[used:]...)
	}
}

// setQuota limits how many bytes are read until the next call; -1 lifts the
// limit.
func (c *conn) setQuota(n int) {
	c.quota = n
	want := c.events &^ unix.EPOLLIN
	if n != 0 {
		want |= unix.EPOLLIN
	}
	if want != c.events {
		if err := c.watch(unix.EPOLL_CTL_MOD, want); err != nil {
			c.fail(err)
		}
	}
}

// flush writes what is waiting; what the kernel does not take now leaves
// when epoll says so.
func (c *conn) flush() {
	if !c.open || c.fd < 0 {
		return
	}
	for len(c.out) > 0 {
		n, err := unix.Write(c.fd, c.out)
		if err == unix.EINTR {
			continue
		}
		if err == unix.EAGAIN {
			break
		}
		if err != nil {
			c.fail(fmt.Errorf("write: %w", err))
			return
		}
		c.out = c.out[:copy(c.out, c.out[n:])]
	}
	want := c.events &^ unix.EPOLLOUT
	if len(c.out) > 0 {
		want |= unix.EPOLLOUT
	}
	if want != c.events {
		if err := c.watch(unix.EPOLL_CTL_MOD, want); err != nil {
			c.fail(err)
		}
	}
}

// fail closes the connection and tells its owner.
func (c *conn) fail(err error) {
	if c.fd < 0 {
		return
	}
	c.close()
	c.owner.closed(err)
}

// close closes the connection without telling its owner. Closing twice does
// nothing.
func (c *conn) close() {
	if c.fd < 0 {
		return
	}
	c.loop.conns[c.fd] = nil
	unix.Close(c.fd)
	c.fd = -1
	c.rest, c.out = nil, nil
}
