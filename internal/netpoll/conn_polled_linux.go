package netpoll

import (
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// polledConn is a Conn that a poller drives. It takes the descriptor away from
// Go's own poller, which would wake a thread for each packet besides.
type polledConn struct {
	// immutable
	poller *poller
	fd     int

	// reading is who may read: see ready.
	reading atomic.Int32
	// stopped is set when reading is to end.
	stopped atomic.Bool
	// resumed is set when what has been read already is to be looked at again.
	resumed atomic.Bool

	// owned by the goroutine that reads
	handler    Handler
	joined     bool // events arrive
	done       bool // reading has ended
	discarding bool

	// open is held by everybody who uses the descriptor, and taken to close it:
	// its number may belong to another connection right after.
	open   sync.RWMutex
	shut   bool
	closed func()      // called when the descriptor is closed; nil: nothing is
	timer  *time.Timer // what after waits for

	rest restWriter
}

// restWriter is what is left of a write that the peer is too slow for.
type restWriter struct {
	mu      sync.Mutex
	bytes   []byte
	done    func(error) // nil: nothing is left
	timer   *time.Timer
	timeout time.Duration
	moved   bool // since the timer was set
	number  int  // of this write among the connection's
}

// The values of polledConn.reading.
const (
	idle  = iota // nobody reads
	busy         // somebody does
	again        // and there was another event meanwhile
)

// newPolledConn returns a Conn with a descriptor of its own for the TCP
// connection, which it closes; or nil when there can be none.
func newPolledConn(g *Group, conn net.Conn, closed func()) Conn {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	fd := duplicate(tcp)
	if fd < 0 {
		return nil
	}
	p, err := g.next()
	if err != nil {
		syscall.Close(fd)
		return nil
	}
	c := newConnOn(p, fd)
	c.closed = closed
	tcp.Close() // the duplicate keeps the connection
	return c
}

// duplicate returns another descriptor of the socket, or -1.
func duplicate(socket syscall.Conn) (fd int) {
	fd = -1
	raw, err := socket.SyscallConn()
	if err != nil {
		return fd
	}
	raw.Control(func(old uintptr) {
		n, _, errno := syscall.Syscall(syscall.SYS_FCNTL, old, syscall.F_DUPFD_CLOEXEC, 0)
		if errno == 0 {
			fd = int(n)
		}
	})
	return fd
}

// newConnOn returns a Conn with the descriptor, which it closes. The poller
// counts it already.
func newConnOn(p *poller, fd int) *polledConn {
	c := &polledConn{fd: fd, poller: p}
	c.reading.Store(busy) // events, and a stop, wait for Start or Begin
	return c
}

func (c *polledConn) Start(h Handler) {
	first := c.handler == nil
	c.handler = h
	unread := len(h.Unread()) > 0 // some has been read before
	if first && !unread {
		c.reading.Store(idle) // the first event finds its reader, who need not be the caller
	}
	if first || unread { // handling that may take long, and what is written meanwhile may have to wait
		c.join()
	}
	if unread {
		if err := h.Arrived(nil); err != nil {
			c.finish(err)
		}
		if first {
			c.release(nil)
		}
		return
	}
	if c.stopped.Load() && c.take() { // before there was anybody to see it
		c.release(nil)
	}
}

func (c *polledConn) Begin(loop *Loop, h Handler) {
	c.handler = h
	c.receive(loop, false)
	c.join()
	c.release(loop)
}

// join makes the Conn's events arrive, once; or ends reading if it has been
// closed meanwhile.
func (c *polledConn) join() {
	if c.joined {
		return
	}
	c.joined = true
	if !c.add() {
		c.Stop()
	}
}

// add reports false for a Conn that is closed, or if there is no memory.
func (c *polledConn) add() bool {
	c.open.RLock()
	defer c.open.RUnlock()
	if c.shut || c.poller.add(c) != nil {
		return false
	}
	if c.rest.waits() { // since before there were events
		c.poller.again(c)
	}
	return true
}

// ready serves an event of the descriptor. Only one goroutine reads: a second
// event while it does makes it look again.
func (c *polledConn) ready(loop *Loop, events uint32) {
	if events&syscall.EPOLLOUT != 0 {
		c.writable()
	}
	if events&^syscall.EPOLLOUT == 0 {
		return
	}
	hangup := events&(syscall.EPOLLRDHUP|syscall.EPOLLHUP|syscall.EPOLLERR) != 0
	if c.take() {
		c.receive(loop, hangup)
		c.release(loop)
	}
}

// take makes the caller the reader, who calls release in the end. It reports
// false if there is one, who will look again.
func (c *polledConn) take() bool {
	for {
		switch {
		case c.reading.CompareAndSwap(idle, busy):
			return true
		case c.reading.CompareAndSwap(busy, again) || c.reading.Load() == again:
			return false
		}
	}
}

// release lets others read, after whatever came meanwhile.
func (c *polledConn) release(loop *Loop) {
	for {
		if c.stopped.Load() {
			c.finish(ErrStopped)
		}
		if c.reading.CompareAndSwap(busy, idle) {
			return
		}
		c.reading.Store(busy)
		c.receive(loop, true)
	}
}

// maxReads is how often one connection is read before others have their turn.
const maxReads = 8

// again has the poller come back to the Conn after the others, to read and to
// write what is left. It reports false if the Conn is closed.
func (c *polledConn) again() bool {
	c.open.RLock()
	defer c.open.RUnlock()
	if !c.shut {
		c.poller.again(c)
	}
	return !c.shut
}

// receive reads and handles until there is nothing more. A read that does not
// fill its buffer has emptied the kernel's, unless the peer has hung up: then
// the end is behind it.
func (c *polledConn) receive(loop *Loop, hangup bool) {
	if c.discarding {
		c.discard()
		return
	}
	if c.resumed.Swap(false) && !c.done {
		if err := c.handler.Arrived(loop); err != nil {
			c.finish(err)
		}
	}
	for reads := 0; !c.done && !c.stopped.Load(); reads++ {
		if reads == maxReads {
			c.again()
			return
		}
		room := c.handler.Room()
		if len(room) == 0 {
			return
		}
		n, err := c.read(room)
		if err == syscall.EAGAIN {
			c.handler.ReleaseEmpty()
			return
		}
		if err != nil {
			c.finish(err)
			return
		}
		c.handler.Filled(n)
		if err := c.handler.Arrived(loop); err != nil {
			c.finish(err)
			return
		}
		if n < len(room) && !hangup {
			return
		}
	}
}

// finish ends reading.
func (c *polledConn) finish(err error) {
	if c.done {
		return
	}
	c.done = true
	c.handler.Release()
	c.handler.ReadEnded(err)
}

func (c *polledConn) read(p []byte) (int, error) {
	c.open.RLock()
	defer c.open.RUnlock()
	if c.shut {
		return 0, net.ErrClosed
	}
	for {
		n, err := readNow(c.fd, p)
		switch {
		case err == syscall.EINTR:
			continue
		case err == nil && n == 0:
			return 0, io.EOF
		}
		return n, err
	}
}

func (c *polledConn) TryWrite(p []byte) (int, error) {
	c.open.RLock()
	defer c.open.RUnlock()
	if c.shut {
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
	if !c.again() {
		c.writable() // which fails
	}
}

func (r *restWriter) waits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done != nil
}

// writable writes what is left, if anything is.
func (c *polledConn) writable() {
	r := &c.rest
	r.mu.Lock()
	if r.done == nil {
		r.mu.Unlock()
		return
	}
	n, err := c.TryWrite(r.bytes)
	r.bytes = r.bytes[n:]
	r.moved = r.moved || n > 0
	if err == nil && len(r.bytes) > 0 {
		r.mu.Unlock()
		return
	}
	done := r.done
	r.timer.Stop()
	r.bytes, r.done, r.timer = nil, nil, nil
	r.mu.Unlock()
	done(err)
}

// stuck ends a write that has not moved for its timeout.
func (c *polledConn) stuck(number int) {
	r := &c.rest
	r.mu.Lock()
	if r.done == nil || r.number != number {
		r.mu.Unlock()
		return
	}
	if r.moved {
		r.moved = false
		r.timer.Reset(r.timeout)
		r.mu.Unlock()
		return
	}
	done := r.done
	r.done, r.bytes = nil, nil
	r.mu.Unlock()
	done(os.ErrDeadlineExceeded)
}

func (c *polledConn) Stop() {
	c.stopped.Store(true)
	if c.take() {
		c.release(nil)
	}
}

func (c *polledConn) Resume() {
	c.resumed.Store(true)
	if c.take() {
		c.receive(nil, true)
		c.release(nil)
	}
}

func (c *polledConn) OnClose(closed func()) {
	c.open.Lock()
	defer c.open.Unlock()
	c.closed = closed
}

func (c *polledConn) Detach(prefix, last []byte) (net.Conn, error) {
	c.poller.remove(c)
	c.open.Lock()
	defer c.open.Unlock()
	if c.shut {
		return nil, net.ErrClosed
	}
	file := os.NewFile(uintptr(c.fd), "")
	conn, err := net.FileConn(file) // a duplicate
	if err != nil {
		writeAll(c.fd, last)
	}
	// The connection lives on: closing the descriptor would not end its events.
	c.poller.forget(c)
	c.shut = true
	file.Close()
	c.poller.leave()
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn)
	tcp.SetKeepAlive(false) // as for all others
	return &prefixConn{Conn: tcp, prefix: slices.Clone(prefix)}, nil
}

func (c *polledConn) StopAfter(d time.Duration) { c.after(d, c.Stop) }

// after calls f in a while, unless the Conn is closed or given something else
// to wait for before.
func (c *polledConn) after(d time.Duration, f func()) {
	c.open.Lock()
	defer c.open.Unlock()
	if c.shut {
		return
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(d, f)
}

func (c *polledConn) CloseWrite() {
	c.open.RLock()
	defer c.open.RUnlock()
	if !c.shut {
		syscall.Shutdown(c.fd, syscall.SHUT_WR)
	}
}

func (c *polledConn) CloseAfterPeer() {
	c.discarding = true
	c.after(closeWait, c.CloseNow)
	if c.handler == nil { // never started: no session came of it
		c.reading.Store(idle)
		if err := c.poller.add(c); err != nil {
			c.CloseNow()
		}
		return
	}
	c.discard()
}

// discard throws away what has come, and closes behind the peer.
func (c *polledConn) discard() {
	var waste [4096]byte
	for range maxReads {
		if _, err := c.read(waste[:]); err != nil {
			if err != syscall.EAGAIN {
				c.CloseNow()
			}
			return
		}
	}
	c.again()
}

func (c *polledConn) CloseNow() {
	if closed := c.shutDown(); closed != nil {
		closed()
	}
}

// shutDown closes the descriptor, once, and returns what is to be called then.
func (c *polledConn) shutDown() (closed func()) {
	c.open.Lock()
	defer c.open.Unlock()
	if c.shut {
		return nil
	}
	c.poller.remove(c)
	c.shut = true
	syscall.Close(c.fd)
	if c.timer != nil {
		c.timer.Stop()
	}
	c.poller.leave()
	return c.closed
}
