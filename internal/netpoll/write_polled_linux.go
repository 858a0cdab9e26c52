package netpoll

import (
	"net"
	"os"
	"sync"
	"time"
)

// restWriter is what is left of a write that the peer of a polledConn is too
// slow for.
type restWriter struct {
	mu sync.Mutex
	// guarded by mu
	bytes   []byte
	done    func(error) // nil: nothing is left
	timer   *time.Timer
	timeout time.Duration
	moved   bool // since the timer was set
	number  int  // of this write among the connection's
}

func (c *polledConn) TryWrite(p []byte) (int, error) {
	c.open.RLock()
	defer c.open.RUnlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	return writeAll(c.fd, p)
}

func (c *polledConn) Send(p []byte) error {
	n, err := c.TryWrite(p)
	if err == nil && n < len(p) {
		err = errFull
	}
	return err
}

func (c *polledConn) WriteRest(p []byte, timeout time.Duration, done func(error)) {
	r := &c.rest
	r.mu.Lock()
	r.bytes, r.done, r.timeout, r.moved = p, done, timeout, false
	r.number++
	number := r.number
	r.timer = time.AfterFunc(timeout, func() { c.stuck(number) })
	r.mu.Unlock()
	if !c.rearm() {
		c.writable() // which fails
	}
}

// pending reports whether something is left.
func (r *restWriter) pending() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done != nil
}

// takeLocked ends the write and returns what is to be called with its result.
func (r *restWriter) takeLocked() (done func(error)) {
	done = r.done
	r.timer.Stop()
	r.bytes, r.done, r.timer = nil, nil, nil
	return done
}

// writable writes what is left, if anything is.
func (c *polledConn) writable() {
	if done, err := c.writeMore(); done != nil {
		done(err)
	}
}

// writeMore writes what is left as far as the system takes it. When all is
// written, or cannot be, it returns what is to be called with the error.
func (c *polledConn) writeMore() (done func(error), err error) {
	r := &c.rest
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done == nil {
		return nil, nil
	}
	n, err := c.TryWrite(r.bytes)
	r.bytes = r.bytes[n:]
	r.moved = r.moved || n > 0
	if err == nil && len(r.bytes) > 0 {
		return nil, nil
	}
	return r.takeLocked(), err
}

// stuck ends the write of that number if it has not moved for its timeout.
func (c *polledConn) stuck(number int) {
	if done := c.rest.expire(number); done != nil {
		done(os.ErrDeadlineExceeded)
	}
}

// expire returns what is to be called for the write if it has not moved since
// the timer was set; else it sets the timer again.
func (r *restWriter) expire(number int) (done func(error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done == nil || r.number != number {
		return nil
	}
	if r.moved {
		r.moved = false
		r.timer.Reset(r.timeout)
		return nil
	}
	return r.takeLocked()
}
