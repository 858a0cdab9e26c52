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
//
// Locks are taken in this order: rest.mu, open, poller.mu. The Handler and the
// functions that the owner of the Conn has passed are called with none of them.
type polledConn struct {
	// immutable
	poller *poller
	fd     int

	// Set by any goroutine, for the one that reads: it looks at them in receive
	// and endRead.
	stopped atomic.Bool // reading is to end
	resumed atomic.Bool // what has been read already is to be handled again
	readers atomic.Int32

	// owned by the goroutine that reads
	handler    Handler
	phase      readPhase
	registered bool // events arrive

	// open is held for reading while the descriptor is used, and for writing to
	// close it: its number may belong to another connection right after.
	open   sync.RWMutex
	closed bool
	// guarded by open
	onClose func()      // called when the descriptor is closed; nil: nothing is
	timer   *time.Timer // of after

	rest restWriter
}

// The values of polledConn.readers: at most one goroutine reads.
const (
	readNone  int32 = iota
	readOne         // one does
	readAgain       // one does, and reads again before it ends: there was another event
)

// readPhase is how far a polledConn has come.
type readPhase uint8

const (
	unstarted  readPhase = iota
	reading              // for handler
	ended                // ReadEnded has been called
	discarding           // what comes is thrown away, until the peer closes
)

// newPolledConn returns a Conn with a descriptor of its own for the TCP
// connection, which it closes; or nil when there can be none.
func newPolledConn(g *Group, conn net.Conn, onClose func()) Conn {
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
	c.onClose = onClose
	tcp.Close() // the duplicate keeps the connection
	return c
}

// newConnOn returns a Conn with the descriptor, which it closes. The poller
// counts it already.
func newConnOn(p *poller, fd int) *polledConn {
	c := &polledConn{fd: fd, poller: p}
	c.readers.Store(readOne) // events, and Stop, wait for Start or Begin
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

func (c *polledConn) Start(h Handler) {
	first := c.phase == unstarted
	c.handler, c.phase = h, reading
	unread := len(h.Unread()) > 0 // some has been read before
	if first && !unread {
		c.readers.Store(readNone) // an event may come, and be handled, in another goroutine
	}
	if first || unread { // handling may take long, and what is written meanwhile may have to wait for an event
		c.register()
	}
	if unread {
		if err := h.Arrived(nil); err != nil {
			c.finish(err)
		}
		if first {
			c.endRead(nil)
		}
		return
	}
	if c.stopped.Load() && c.beginRead() { // since before there was a Handler
		c.endRead(nil)
	}
}

func (c *polledConn) Begin(loop *Loop, h Handler) {
	c.handler, c.phase = h, reading
	c.receive(loop, false)
	c.register() // events come for what is not there yet
	c.endRead(loop)
}

// register makes the connection's events arrive, once; or ends reading if that
// cannot be.
func (c *polledConn) register() {
	if c.registered {
		return
	}
	c.registered = true
	if !c.watch() {
		c.Stop()
		return
	}
	if c.rest.pending() { // since before there were events
		c.rearm()
	}
}

// watch reports false for a connection that is closed, or if there is no memory.
func (c *polledConn) watch() bool {
	c.open.RLock()
	defer c.open.RUnlock()
	return !c.closed && c.poller.add(c) == nil
}

// rearm makes an event arrive again, after those of other connections, to read
// and to write what is left. It reports false if the connection is closed.
func (c *polledConn) rearm() bool {
	c.open.RLock()
	defer c.open.RUnlock()
	if !c.closed {
		c.poller.rearm(c)
	}
	return !c.closed
}

// ready serves an event of the descriptor.
func (c *polledConn) ready(loop *Loop, events uint32) {
	if events&syscall.EPOLLOUT != 0 {
		c.writable()
	}
	if events&^syscall.EPOLLOUT == 0 {
		return
	}
	hangup := events&(syscall.EPOLLRDHUP|syscall.EPOLLHUP|syscall.EPOLLERR) != 0
	if c.beginRead() {
		c.receive(loop, hangup)
		c.endRead(loop)
	}
}

// beginRead makes the caller the goroutine that reads until it calls endRead. It
// reports false if another one is, which then reads again.
func (c *polledConn) beginRead() bool {
	for {
		switch {
		case c.readers.CompareAndSwap(readNone, readOne):
			return true
		case c.readers.CompareAndSwap(readOne, readAgain) || c.readers.Load() == readAgain:
			return false
		}
	}
}

// endRead lets other goroutines read, after what has come meanwhile.
func (c *polledConn) endRead(loop *Loop) {
	for {
		if c.stopped.Load() {
			c.finish(ErrStopped)
		}
		if c.readers.CompareAndSwap(readOne, readNone) {
			return
		}
		c.readers.Store(readOne)
		c.receive(loop, true)
	}
}

// maxReads is how often one connection is read before others are.
const maxReads = 8

// receive reads and handles until there is nothing more. A read that does not
// fill its buffer has emptied the kernel's, unless the peer has hung up: then
// the end is behind it.
func (c *polledConn) receive(loop *Loop, hangup bool) {
	if c.phase == discarding {
		c.discard()
		return
	}
	if c.resumed.Swap(false) && c.phase == reading {
		if err := c.handler.Arrived(loop); err != nil {
			c.finish(err)
		}
	}
	for reads := 0; c.phase == reading && !c.stopped.Load(); reads++ {
		if reads == maxReads {
			c.rearm()
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

// finish ends reading for the Handler.
func (c *polledConn) finish(err error) {
	if c.phase != reading {
		return
	}
	c.phase = ended
	c.handler.Release()
	c.handler.ReadEnded(err)
}

// read reads once. It returns syscall.EAGAIN if there is nothing.
func (c *polledConn) read(p []byte) (int, error) {
	c.open.RLock()
	defer c.open.RUnlock()
	if c.closed {
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

func (c *polledConn) Stop() {
	c.stopped.Store(true)
	if c.beginRead() {
		c.endRead(nil)
	}
}

func (c *polledConn) StopAfter(d time.Duration) { c.after(d, c.Stop) }

func (c *polledConn) Resume() {
	c.resumed.Store(true)
	if c.beginRead() {
		c.receive(nil, true)
		c.endRead(nil)
	}
}

func (c *polledConn) OnClose(closed func()) {
	c.open.Lock()
	defer c.open.Unlock()
	c.onClose = closed
}

func (c *polledConn) Detach(prefix, last []byte) (net.Conn, error) {
	c.poller.remove(c)
	c.open.Lock()
	defer c.open.Unlock()
	if c.closed {
		return nil, net.ErrClosed
	}
	file := os.NewFile(uintptr(c.fd), "")
	conn, err := net.FileConn(file) // a duplicate
	if err != nil {
		writeAll(c.fd, last)
	}
	// The connection lives on: closing the descriptor would not end its events.
	c.poller.forget(c)
	c.closed = true
	file.Close()
	c.poller.release()
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn)
	tcp.SetKeepAlive(false) // as for all others
	return &prefixConn{Conn: tcp, prefix: slices.Clone(prefix)}, nil
}

// after calls f when d has passed, unless the connection is closed or after is
// called again before.
func (c *polledConn) after(d time.Duration, f func()) {
	c.open.Lock()
	defer c.open.Unlock()
	if c.closed {
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
	if !c.closed {
		syscall.Shutdown(c.fd, syscall.SHUT_WR)
	}
}

func (c *polledConn) CloseAfterPeer() {
	started := c.phase != unstarted
	c.phase = discarding
	c.after(closeWait, c.CloseNow)
	if started {
		c.discard()
		return
	}
	c.readers.Store(readNone)
	if !c.watch() {
		c.CloseNow()
	}
}

// discard throws away what has come, and closes the connection if its peer has.
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
	c.rearm()
}

func (c *polledConn) CloseNow() {
	if onClose := c.closeDescriptor(); onClose != nil {
		onClose()
	}
}

// closeDescriptor closes the descriptor, once, and returns what is to be called
// then.
func (c *polledConn) closeDescriptor() (onClose func()) {
	c.open.Lock()
	defer c.open.Unlock()
	if c.closed {
		return nil
	}
	c.poller.remove(c)
	c.closed = true
	syscall.Close(c.fd)
	if c.timer != nil {
		c.timer.Stop()
	}
	c.poller.release()
	return c.onClose
}
