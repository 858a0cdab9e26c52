package engine

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

// polledLink is a link that a poller drives. It takes the descriptor away from
// Go's own poller, which would wake a thread for each packet besides.
type polledLink struct {
	// immutable
	poller *poller
	fd     int

	// turns is who may read: see ready.
	turns atomic.Int32
	// stopped is set when reading is to end.
	stopped atomic.Bool
	// resumed is set when what has been read already is to be looked at again.
	resumed atomic.Bool

	// owned by the reader
	c         reader
	joined    bool // events arrive
	done      bool // reading has ended
	lingering bool

	// open is held by everybody who uses the descriptor, and taken by close:
	// its number may belong to another connection right after.
	open   sync.RWMutex
	shut   bool
	closed func()      // hears that the descriptor is closed; nil: nobody does
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
	number  int  // of this write among the link's
}

// The values of polledLink.turns.
const (
	idle  = iota // nobody reads
	busy         // somebody does
	again        // and there was another event meanwhile
)

// newPolledLink returns a link with a descriptor of its own for the TCP
// connection, which it closes; or nil when there can be none. When the link is
// closed it calls closed.
func newPolledLink(conn net.Conn, closed func()) link {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	fd := duplicate(tcp)
	if fd < 0 {
		return nil
	}
	all, err := pollers()
	if err != nil {
		syscall.Close(fd)
		return nil
	}
	l := newLinkOn(all, fd)
	l.closed = closed
	tcp.Close() // the duplicate keeps the connection
	return l
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

// newLinkOn returns a link with the descriptor, which it closes, on one of the
// pollers.
func newLinkOn(all []*poller, fd int) *polledLink {
	l := &polledLink{fd: fd, poller: all[int(nextPoller.Add(1))%len(all)]}
	l.turns.Store(busy) // events, and a stop, wait for start or begin
	return l
}

// start, called by the reader, replaces whom the link reads for.
func (l *polledLink) start(c reader) {
	first := l.c == nil
	l.c = c
	early := len(c.unread()) > 0 // the opening handshake brought bytes along
	if first && !early {
		l.turns.Store(idle) // the first event finds its reader, who need not be the caller
	}
	if first || early { // handling that may take long, and what is written meanwhile may have to wait
		l.join()
	}
	if early {
		if err := c.arrived(nil); err != nil {
			l.finish(err)
		}
		if first {
			l.release(nil)
		}
		return
	}
	if l.stopped.Load() && l.take() { // before there was anybody to see it
		l.release(nil)
	}
}

// begin starts reading for c, in the poller's goroutine, with what is there
// already: events come for the rest.
func (l *polledLink) begin(t *turn, c reader) {
	l.c = c
	l.receive(t, false)
	l.join()
	l.release(t)
}

// join makes the link's events arrive, once; or ends reading if it has been
// closed meanwhile.
func (l *polledLink) join() {
	if l.joined {
		return
	}
	l.joined = true
	if !l.add() {
		l.stop()
	}
}

// add reports false for a link that is closed, or if there is no memory.
func (l *polledLink) add() bool {
	l.open.RLock()
	defer l.open.RUnlock()
	if l.shut || l.poller.add(l) != nil {
		return false
	}
	if l.rest.waits() { // since before there were events
		l.poller.again(l)
	}
	return true
}

// ready serves an event of the descriptor. Only one goroutine reads: a second
// event while it does makes it look again.
func (l *polledLink) ready(t *turn, events uint32) {
	if events&syscall.EPOLLOUT != 0 {
		l.writable()
	}
	if events&^syscall.EPOLLOUT == 0 {
		return
	}
	hangup := events&(syscall.EPOLLRDHUP|syscall.EPOLLHUP|syscall.EPOLLERR) != 0
	if l.take() {
		l.receive(t, hangup)
		l.release(t)
	}
}

// take makes the caller the reader, who calls release in the end. It reports
// false if there is one, who will look again.
func (l *polledLink) take() bool {
	for {
		switch {
		case l.turns.CompareAndSwap(idle, busy):
			return true
		case l.turns.CompareAndSwap(busy, again) || l.turns.Load() == again:
			return false
		}
	}
}

// release lets others read, after whatever came meanwhile.
func (l *polledLink) release(t *turn) {
	for {
		if l.stopped.Load() {
			l.finish(errStopped)
		}
		if l.turns.CompareAndSwap(busy, idle) {
			return
		}
		l.turns.Store(busy)
		l.receive(t, true)
	}
}

// maxReads is how often one connection is read before others have their turn.
const maxReads = 8

// again has the poller come back to the link after the others, to read and to
// write what is left. It reports false if the link is closed.
func (l *polledLink) again() bool {
	l.open.RLock()
	defer l.open.RUnlock()
	if !l.shut {
		l.poller.again(l)
	}
	return !l.shut
}

// receive reads and handles until there is nothing more. A read that does not
// fill its buffer has emptied the kernel's, unless the peer has hung up: then
// the end is behind it.
func (l *polledLink) receive(t *turn, hangup bool) {
	if l.lingering {
		l.discard()
		return
	}
	if l.resumed.Swap(false) && !l.done {
		if err := l.c.arrived(t.yielder()); err != nil {
			l.finish(err)
		}
	}
	for reads := 0; !l.done && !l.stopped.Load(); reads++ {
		if reads == maxReads {
			l.again()
			return
		}
		room := l.c.room()
		if len(room) == 0 {
			return
		}
		n, err := l.read(room)
		if err == syscall.EAGAIN {
			l.c.dropEmpty()
			return
		}
		if err != nil {
			l.finish(err)
			return
		}
		l.c.take(n)
		if err := l.c.arrived(t.yielder()); err != nil {
			l.finish(err)
			return
		}
		if n < len(room) && !hangup {
			return
		}
	}
}

// finish ends reading.
func (l *polledLink) finish(err error) {
	if l.done {
		return
	}
	l.done = true
	l.c.dropInput()
	l.c.readEnded(err)
}

func (l *polledLink) read(p []byte) (int, error) {
	l.open.RLock()
	defer l.open.RUnlock()
	if l.shut {
		return 0, net.ErrClosed
	}
	for {
		n, err := readNow(l.fd, p)
		switch {
		case err == syscall.EINTR:
			continue
		case err == nil && n == 0:
			return 0, io.EOF
		}
		return n, err
	}
}

func (l *polledLink) tryWrite(p []byte) (int, error) {
	l.open.RLock()
	defer l.open.RUnlock()
	if l.shut {
		return 0, net.ErrClosed
	}
	return writeAll(l.fd, p)
}

func (l *polledLink) send(p []byte) error {
	n, err := l.tryWrite(p)
	if err == nil && n < len(p) {
		err = errNotReading
	}
	return err
}

func (l *polledLink) writeRest(p []byte, timeout time.Duration, done func(error)) {
	r := &l.rest
	r.mu.Lock()
	r.bytes, r.done, r.timeout, r.moved = p, done, timeout, false
	r.number++
	number := r.number
	r.timer = time.AfterFunc(timeout, func() { l.stuck(number) })
	r.mu.Unlock()
	if !l.again() {
		l.writable() // which fails
	}
}

func (r *restWriter) waits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done != nil
}

// writable writes what is left, if anything is.
func (l *polledLink) writable() {
	r := &l.rest
	r.mu.Lock()
	if r.done == nil {
		r.mu.Unlock()
		return
	}
	n, err := l.tryWrite(r.bytes)
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
func (l *polledLink) stuck(number int) {
	r := &l.rest
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

func (l *polledLink) stop() {
	l.stopped.Store(true)
	if l.take() {
		l.release(nil)
	}
}

// resume has the reader look again at what has been read already.
func (l *polledLink) resume() {
	l.resumed.Store(true)
	if l.take() {
		l.receive(nil, true)
		l.release(nil)
	}
}

// hand passes the link on to somebody who hears of its end by closed.
func (l *polledLink) hand(closed func()) {
	l.open.Lock()
	defer l.open.Unlock()
	l.closed = closed
}

// surrender gives up the link for its connection, which has been read already
// as far as early. If there is no descriptor for that, last is all that the peer
// gets. The caller is the reader.
func (l *polledLink) surrender(early, last []byte) (net.Conn, error) {
	l.poller.remove(l)
	l.open.Lock()
	defer l.open.Unlock()
	if l.shut {
		return nil, net.ErrClosed
	}
	file := os.NewFile(uintptr(l.fd), "")
	conn, err := net.FileConn(file) // a duplicate
	if err != nil {
		writeAll(l.fd, last)
	}
	// The connection lives on: closing the descriptor would not end its events.
	l.poller.forget(l)
	l.shut = true
	file.Close()
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn)
	tcp.SetKeepAlive(false) // as for all others
	return &earlyConn{Conn: tcp, early: slices.Clone(early)}, nil
}

func (l *polledLink) stopIn(d time.Duration) { l.after(d, l.stop) }

// after calls f in a while, unless the link is closed or given something else
// to wait for before.
func (l *polledLink) after(d time.Duration, f func()) {
	l.open.Lock()
	defer l.open.Unlock()
	if l.shut {
		return
	}
	if l.timer != nil {
		l.timer.Stop()
	}
	l.timer = time.AfterFunc(d, f)
}

func (l *polledLink) closeWrite() {
	l.open.RLock()
	defer l.open.RUnlock()
	if !l.shut {
		syscall.Shutdown(l.fd, syscall.SHUT_WR)
	}
}

func (l *polledLink) linger() {
	l.lingering = true
	l.after(closeWait, l.close)
	if l.c == nil { // never started: no session came of it
		l.turns.Store(idle)
		if err := l.poller.add(l); err != nil {
			l.close()
		}
		return
	}
	l.discard()
}

// discard throws away what has come, and closes behind the peer.
func (l *polledLink) discard() {
	var waste [4096]byte
	for range maxReads {
		if _, err := l.read(waste[:]); err != nil {
			if err != syscall.EAGAIN {
				l.close()
			}
			return
		}
	}
	l.again()
}

func (l *polledLink) close() {
	l.open.Lock()
	defer l.open.Unlock()
	if l.shut {
		return
	}
	l.poller.remove(l)
	l.shut = true
	syscall.Close(l.fd)
	if l.closed != nil {
		l.closed()
	}
	if l.timer != nil {
		l.timer.Stop()
	}
}
