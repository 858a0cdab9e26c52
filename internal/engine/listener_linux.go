package engine

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

func newListener(l net.Listener) net.Listener {
	if tcp, ok := l.(*net.TCPListener); ok {
		pollers() // now, so that the first client changes nothing in what is open
		return rawListener{tcp}
	}
	return l
}

type rawListener struct{ *net.TCPListener }

func (l rawListener) Accept() (net.Conn, error) {
	tcp, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return newRawConn(tcp)
}

// rawConn is a TCP connection that is read and written by readNow and writeNow.
// A package net that tells Go's scheduler of each call wakes the runtime's
// monitor whenever the process was idle: at a thousand requests a second the
// monitor alone took a fifth of all time.
type rawConn struct {
	*net.TCPConn
	reads, writes transfer
}

// transfer is one direction of a rawConn. Its lock is held while it waits, as
// package net holds its own.
type transfer struct {
	mu sync.Mutex
	p  []byte
	n  int
	// headEnds is set when the last read ended with an empty line: net/http has
	// nothing behind the head of the request that it is serving.
	headEnds atomic.Bool
	err      error
	wait     func(func(fd uintptr) bool) error // for the descriptor to be ready, until a deadline
	step     func(fd uintptr) bool             // bound once: a method value for every call would be an allocation each
}

func newRawConn(tcp *net.TCPConn) (*rawConn, error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		tcp.Close()
		return nil, err
	}
	c := &rawConn{TCPConn: tcp}
	c.reads.wait, c.reads.step = raw.Read, c.reads.read
	c.writes.wait, c.writes.step = raw.Write, c.writes.write
	return c, nil
}

// Read reads at least one byte, as net.Conn's does.
func (c *rawConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.reads.do(p)
	if n == 0 && err == nil {
		return 0, io.EOF
	}
	return n, c.annotate("read", err)
}

// Write writes all of p, as net.Conn's does.
func (c *rawConn) Write(p []byte) (int, error) {
	n, err := c.writes.do(p)
	return n, c.annotate("write", err)
}

// annotate returns the error that package net would.
func (c *rawConn) annotate(op string, err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *net.OpError: // of waiting
		e.Op = op
		return e
	case syscall.Errno:
		err = os.NewSyscallError(op, e)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

func (t *transfer) do(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.p, t.n, t.err = p, 0, nil
	err := t.wait(t.step)
	t.p = nil
	if err == nil {
		err = t.err
	}
	return t.n, err
}

// read reads once; it reports false when there is nothing to read yet.
func (t *transfer) read(fd uintptr) bool {
	for {
		n, err := readNow(int(fd), t.p)
		switch err {
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return false
		}
		t.n, t.err = n, err
		t.headEnds.Store(bytes.HasSuffix(t.p[:n], []byte("\r\n\r\n")))
		return true
	}
}

// write writes what there is room for; it reports false when some is left.
func (t *transfer) write(fd uintptr) bool {
	n, err := writeAll(int(fd), t.p[t.n:])
	t.n, t.err = t.n+n, err
	return err != nil || t.n == len(t.p)
}
