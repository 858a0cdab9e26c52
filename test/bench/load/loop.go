//go:build linux

// Package load is the benchmark's load generator: many Socket.IO clients in
// one epoll loop on one thread, so that on a small machine the server under
// test gets the rest. It speaks Engine.IO revision 4 over WebSocket and HTTP
// long-polling, and keeps a ledger of what arrived, how often and in which
// order. Nothing in it is safe for concurrent use.
package load

import (
	"container/heap"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sourceAddresses is how many loopback addresses (127.0.0.1 and following)
// the connections leave from. One address has some 28,000 ports, which a
// few crowds in a row would use up while the old ones are in TIME_WAIT.
const sourceAddresses = 8

// Loop drives every connection and timer of the generator.
type Loop struct {
	epoll  int
	start  time.Time
	conns  []*conn // by file descriptor
	serial int32   // tells two connections apart that had one descriptor
	dials  int
	dirty  []*Client // have something to send at the end of this turn
	timers timerHeap
	buf    []byte // what a read fills; valid until the next read
	events []unix.EpollEvent
}

// NewLoop returns an empty loop. The caller closes it and should stay on one
// OS thread.
func NewLoop() (*Loop, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create epoll: %w", err)
	}
	return &Loop{
		epoll:  fd,
		start:  time.Now(),
		buf:    make([]byte, 256<<10),
		events: make([]unix.EpollEvent, 1024),
	}, nil
}

// Close ends every connection without telling its owner, and the loop.
func (l *Loop) Close() {
	for _, c := range l.conns {
		if c != nil {
			c.close()
		}
	}
	unix.Close(l.epoll)
}

// Now is the time since the loop was made.
func (l *Loop) Now() time.Duration { return time.Since(l.start) }

// Run turns the loop until done reports true or limit has passed, and
// reports whether it was done.
func (l *Loop) Run(limit time.Duration, done func() bool) bool {
	deadline := l.Now() + limit
	for {
		l.flush()
		if done() {
			return true
		}
		now := l.Now()
		if now >= deadline {
			return false
		}
		wake := deadline
		if len(l.timers) > 0 && l.timers[0].at < wake {
			wake = l.timers[0].at
		}
		l.turn(max(wake-now, 0))
	}
}

// RunFor turns the loop for the given time.
func (l *Loop) RunFor(d time.Duration) {
	l.Run(d, func() bool { return false })
}

// After calls fn in the loop once d has passed. The returned function
// cancels that.
func (l *Loop) After(d time.Duration, fn func()) (cancel func()) {
	return l.At(l.Now()+d, fn)
}

// At calls fn in the loop at the given loop time. The returned function
// cancels that.
func (l *Loop) At(at time.Duration, fn func()) (cancel func()) {
	t := &timer{at: at, fn: fn}
	heap.Push(&l.timers, t)
	return func() { t.fn = nil }
}

func (l *Loop) turn(wait time.Duration) {
	n := l.poll(wait)
	for i := range n {
		ev := &l.events[i]
		if c := l.conns[ev.Fd]; c != nil && c.serial == ev.Pad {
			c.ready(ev.Events)
		}
	}
	now := l.Now()
	for len(l.timers) > 0 && l.timers[0].at <= now {
		if fn := heap.Pop(&l.timers).(*timer).fn; fn != nil {
			fn()
		}
	}
}

// poll is epoll_pwait2, because a millisecond is too coarse for sending at a
// fixed rate. Go's scheduler is not told that the thread waits: that saves
// two futex calls each time, and a signal interrupts the wait should the
// collector need to.
func (l *Loop) poll(wait time.Duration) int {
	ts := unix.NsecToTimespec(int64(wait))
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT2, uintptr(l.epoll),
		uintptr(unsafe.Pointer(&l.events[0])), uintptr(len(l.events)),
		uintptr(unsafe.Pointer(&ts)), 0, 0)
	switch {
	case errno == unix.EINTR:
		return 0
	case errno != 0:
		panic(fmt.Sprintf("epoll_pwait2: %v (the benchmark needs Linux 5.11 or later)", errno))
	}
	return int(n)
}

// flush writes what this turn's handlers wanted sent: one write for each
// client, however many messages it holds.
func (l *Loop) flush() {
	for i := 0; i < len(l.dirty); i++ { // flushing may add to it
		c := l.dirty[i]
		c.queued = false
		c.flush()
	}
	l.dirty = l.dirty[:0]
}

// dial starts connecting and returns at once. Bytes may be written before
// the connection stands; they leave as soon as it does.
func (l *Loop) dial(to *unix.SockaddrInet4, owner stream, receiveBuffer int) (*conn, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	from := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(1 + l.dials%sourceAddresses)}}
	l.dials++
	err = errors.Join(
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1),
		unix.Bind(fd, from),
	)
	if receiveBuffer > 0 {
		err = errors.Join(err, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer))
	}
	if e := unix.Connect(fd, to); e != nil && e != unix.EINPROGRESS {
		err = errors.Join(err, e)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("connect: %w", err)
	}
	l.serial++
	c := &conn{loop: l, fd: fd, serial: l.serial, owner: owner, quota: -1}
	if err := c.watch(unix.EPOLL_CTL_ADD, unix.EPOLLIN|unix.EPOLLOUT); err != nil {
		unix.Close(fd)
		return nil, err
	}
	for len(l.conns) <= fd {
		l.conns = append(l.conns, nil)
	}
	l.conns[fd] = c
	return c, nil
}

type timer struct {
	at time.Duration
	fn func() // nil once cancelled
}

type timerHeap []*timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(t any)        { *h = append(*h, t.(*timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return t
}
