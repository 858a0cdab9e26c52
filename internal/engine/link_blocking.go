package engine

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// blockingLink is a link that reads in a goroutine of its own.
type blockingLink struct {
	net.Conn
	poll   tryPoll // tries without waiting, where the system can
	closed func()  // hears, once, that the connection is closed
}

func newBlockingLink(conn net.Conn, closed func()) link {
	l := &blockingLink{Conn: conn, closed: sync.OnceFunc(closed)}
	l.poll.init(conn)
	return l
}

func (l *blockingLink) start(c reader) {
	go func() { c.readEnded(l.read(c)) }() // ends with the connection
}

// read hands everything that arrives to the handler, until there is an error.
func (l *blockingLink) read(c reader) error {
	early := len(c.unread()) > 0 // the opening handshake brought bytes along
	for {
		if !early {
			if err := l.fill(c); err != nil {
				return err
			}
		}
		early = false
		if err := c.arrived(nil); err != nil {
			return err
		}
	}
}

// fill reads once, holding a buffer while it waits.
func (l *blockingLink) fill(c reader) error {
	n, err := l.Conn.Read(c.room())
	c.take(n)
	switch {
	case n > 0:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errStopped
	default:
		return err
	}
}

func (l *blockingLink) stop()                  { l.SetReadDeadline(time.Unix(1, 0)) }
func (l *blockingLink) stopIn(d time.Duration) { l.SetReadDeadline(time.Now().Add(d)) }

func (l *blockingLink) tryWrite(p []byte) (int, error) { return l.poll.write(p) }

func (l *blockingLink) send(p []byte) error {
	l.SetWriteDeadline(time.Now().Add(closeWait))
	defer l.SetWriteDeadline(time.Time{})
	_, err := l.Conn.Write(p)
	return err
}

func (l *blockingLink) writeRest(p []byte, timeout time.Duration, done func(error)) {
	go func() { // ends when all is written, nothing moves for timeout, or the connection closes
		for len(p) > 0 {
			l.SetWriteDeadline(time.Now().Add(timeout))
			n, err := l.Conn.Write(p[:min(len(p), coalesceSize)]) // in pieces: each is progress
			if err != nil {
				done(err)
				return
			}
			p = p[n:]
		}
		l.SetWriteDeadline(time.Time{})
		done(nil)
	}()
}

func (l *blockingLink) closeWrite() {
	if tcp, ok := l.Conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
}

func (l *blockingLink) linger() {
	go func() { // ends within closeWait
		defer l.close()
		l.SetDeadline(time.Now().Add(closeWait))
		var waste [512]byte
		for {
			if _, err := l.Conn.Read(waste[:]); err != nil {
				return
			}
		}
	}()
}

func (l *blockingLink) close() {
	l.Conn.Close()
	l.closed()
}
