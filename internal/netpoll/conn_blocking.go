package netpoll

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// blockingConn is a Conn that reads in a goroutine of its own.
type blockingConn struct {
	net.Conn
	try    tryWriter // writes without waiting, where the system can
	closed func()    // called once, when the connection is closed
}

func newBlockingConn(conn net.Conn, closed func()) Conn {
	c := &blockingConn{Conn: conn, closed: sync.OnceFunc(closed)}
	c.try.init(conn)
	return c
}

func (c *blockingConn) Start(h Handler) {
	go func() { h.ReadEnded(c.read(h)) }() // ends with the connection
}

// read gives everything that arrives to the handler, until there is an error.
func (c *blockingConn) read(h Handler) error {
	filled := len(h.Unread()) > 0 // some has been read before
	for {
		if !filled {
			if err := c.fill(h); err != nil {
				return err
			}
		}
		filled = false
		if err := h.Arrived(nil); err != nil {
			return err
		}
	}
}

// fill reads once, holding a buffer while it waits.
func (c *blockingConn) fill(h Handler) error {
	n, err := c.Conn.Read(h.Room())
	h.Filled(n)
	switch {
	case n > 0:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrStopped
	default:
		return err
	}
}

func (c *blockingConn) Stop()                     { c.SetReadDeadline(time.Unix(1, 0)) }
func (c *blockingConn) StopAfter(d time.Duration) { c.SetReadDeadline(time.Now().Add(d)) }

func (c *blockingConn) TryWrite(p []byte) (int, error) { return c.try.write(p) }

func (c *blockingConn) Send(p []byte) error {
	c.SetWriteDeadline(time.Now().Add(closeWait))
	defer c.SetWriteDeadline(time.Time{})
	_, err := c.Conn.Write(p)
	return err
}

// restPiece is how much of a rest one call writes: each that succeeds is progress.
const restPiece = 32 << 10

func (c *blockingConn) WriteRest(p []byte, timeout time.Duration, done func(error)) {
	go func() { // ends when all is written, nothing moves for timeout, or the connection closes
		for len(p) > 0 {
			c.SetWriteDeadline(time.Now().Add(timeout))
			n, err := c.Conn.Write(p[:min(len(p), restPiece)])
			if err != nil {
				done(err)
				return
			}
			p = p[n:]
		}
		c.SetWriteDeadline(time.Time{})
		done(nil)
	}()
}

func (c *blockingConn) CloseWrite() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
}

func (c *blockingConn) CloseAfterPeer() {
	go func() { // ends within closeWait
		defer c.CloseNow()
		c.SetDeadline(time.Now().Add(closeWait))
		var waste [512]byte
		for {
			if _, err := c.Conn.Read(waste[:]); err != nil {
				return
			}
		}
	}()
}

func (c *blockingConn) CloseNow() {
	c.Conn.Close()
	c.closed()
}
