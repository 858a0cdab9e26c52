package netpoll

import (
	"errors"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// poller waits for many connections in one goroutine: an idle connection has
// no stack, and one that has something to say wakes nothing but the poller. Its
// epoll instance is itself waited for by Go's scheduler, so that it holds no
// thread.
type poller struct {
	epoll *os.File
	fd    int

	mu sync.Mutex
	// guarded by mu
	conns    map[int32]*polledConn // by descriptor
	accepts  map[int32]*Listener   // by descriptor
	members  int                   // connections and listeners that may use the descriptor
	closing  bool                  // it ends with the last of them
	ended    bool
	spare    []*Loop // whose goroutines wait to run again
	unused   int     // the fewest of them since the last retire
	retiring bool    // retire will be called
}

// maxEvents is how many events are taken from the system at once.
const maxEvents = 128

// The events of a connection. They come when something changes, not as long as
// it is so: what handles one must read until there is nothing. Almost always a
// connection can be written to, and that event is asked for only when it counts.
const (
	readable         = syscall.EPOLLIN | syscall.EPOLLRDHUP | epollET
	readableWritable = readable | syscall.EPOLLOUT
)

const epollET = 1 << 31

// startPoller returns a poller that runs until its close and the end of its last
// connection.
func startPoller() (*poller, error) {
	if !canPoll {
		return nil, errors.ErrUnsupported
	}
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	p := &poller{
		epoll: os.NewFile(uintptr(fd), "epoll"), fd: fd,
		conns: make(map[int32]*polledConn), accepts: make(map[int32]*Listener),
	}
	go p.run(newLoop(p)) // ends when the poller does
	return p, nil
}

// retain counts a connection or a listener, which calls release when it does not
// use the poller any more.
func (p *poller) retain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members++
}

func (p *poller) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members--
	p.endLocked()
}

// close ends the poller when nothing uses it any more.
func (p *poller) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closing = true
	p.endLocked()
}

// endLocked ends the poller's goroutines if it is time.
func (p *poller) endLocked() {
	if !p.closing || p.members > 0 || p.ended {
		return
	}
	p.ended = true
	p.epoll.Close()
	for _, loop := range p.spare {
		close(loop.begin)
	}
	p.spare, p.unused = nil, 0
}

// add makes the connection's events arrive: those of reading.
func (p *poller) add(c *polledConn) error {
	p.mu.Lock()
	p.conns[int32(c.fd)] = c
	p.mu.Unlock()
	if err := p.watch(syscall.EPOLL_CTL_ADD, c.fd, readable); err != nil {
		p.remove(c)
		return err
	}
	return nil
}

// watch adds the descriptor, or changes which of its events arrive.
func (p *poller) watch(op, fd int, events uint32) error {
	event := syscall.EpollEvent{Events: events, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(p.fd, op, fd, &event))
}

// rearm makes the connection's events arrive, even if they have already, behind
// those of others; from now on also when it can be written to.
func (p *poller) rearm(c *polledConn) {
	p.watch(syscall.EPOLL_CTL_MOD, c.fd, readableWritable) // fails for one that is gone, or not added yet
}

// forget ends the events of a descriptor whose connection lives on.
func (p *poller) forget(c *polledConn) {
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, c.fd, nil) // fails for one that was not added yet
}

// remove forgets the connection. It comes before its descriptor is closed, which
// takes it from the epoll instance.
func (p *poller) remove(c *polledConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns[int32(c.fd)] == c {
		delete(p.conns, int32(c.fd))
	}
}

// addListener makes the events of a listening socket arrive, as long as there
// are connections.
func (p *poller) addListener(l *Listener) error {
	p.mu.Lock()
	p.accepts[int32(l.fd)] = l
	p.mu.Unlock()
	err := p.watch(syscall.EPOLL_CTL_ADD, l.fd, syscall.EPOLLIN)
	if err != nil {
		p.removeListener(l)
	}
	return err
}

// removeListener ends the events of a listening socket.
func (p *poller) removeListener(l *Listener) {
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, l.fd, nil) // fails for one that could not be added
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.accepts, int32(l.fd))
}

// find returns what the events of the descriptor are for: one of the two, or
// neither.
func (p *poller) find(fd int32) (*polledConn, *Listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.conns[fd]; c != nil {
		return c, nil
	}
	return nil, p.accepts[fd]
}

// Loop is a goroutine that runs a poller and serves all its connections. Before
// it does something that may wait for anything but the processor it hands them
// over to another one. A nil *Loop stands for a goroutine that serves one
// connection. A Loop belongs to the goroutine that is given it, during that call.
type Loop struct {
	p      *poller
	events [maxEvents]syscall.EpollEvent
	next   int
	count  int
	over   bool          // handed over
	begin  chan struct{} // gets a value when it is to run again; closed when it is not
}

func newLoop(p *poller) *Loop { return &Loop{p: p, begin: make(chan struct{}, 1)} }

// run serves events until the loop has been handed over. Then it waits to begin
// again, unless enough goroutines do already.
func (p *poller) run(loop *Loop) {
	raw, err := p.epoll.SyscallConn()
	if err != nil {
		return // closed already
	}
	wait := loop.wait
	for {
		for loop.next < loop.count && !loop.over {
			e := &loop.events[loop.next]
			loop.next++
			if c, l := p.find(e.Fd); c != nil {
				c.ready(loop, e.Events)
			} else if l != nil {
				l.ready(loop)
			}
		}
		if loop.over {
			if !p.keep(loop) {
				return
			}
			if _, more := <-loop.begin; !more {
				return
			}
			continue
		}
		if err := raw.Read(wait); err != nil {
			return // closed
		}
	}
}

// maxSpare is how many goroutines of a poller wait to run it. In a storm of
// clients that connect each costs a hand-over, and a new goroutine would grow
// its stack anew.
const maxSpare = 8

// retireAfter is how long a goroutine waits to run at least before it ends.
const retireAfter = 5 * time.Second

// keep keeps a loop that has been handed over for later. It reports false if
// there are enough, or the poller has ended.
func (p *poller) keep(loop *Loop) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spare) == maxSpare || p.ended {
		return false
	}
	if !p.retiring {
		p.retiring = true
		time.AfterFunc(retireAfter, p.retire)
	}
	p.spare = append(p.spare, loop)
	return true
}

// retire ends the goroutines that have not been needed since its last call. It is
// called again as long as there are others.
func (p *poller) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, loop := range p.spare[:p.unused] {
		close(loop.begin)
	}
	p.spare = slices.Delete(p.spare, 0, p.unused)
	p.unused = len(p.spare)
	p.retiring = p.unused > 0
	if p.retiring {
		time.AfterFunc(retireAfter, p.retire)
	}
}

// takeSpare returns a loop whose goroutine waits to begin, or nil.
func (p *poller) takeSpare() *Loop {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spare) == 0 {
		return nil
	}
	last := len(p.spare) - 1
	loop := p.spare[last]
	p.spare = p.spare[:last]
	p.unused = min(p.unused, last)
	return loop
}

// wait takes events that are there; without any, Go's scheduler waits.
func (l *Loop) wait(fd uintptr) bool {
	l.next, l.count = 0, 0
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, fd,
		uintptr(unsafe.Pointer(&l.events)), maxEvents, 0, 0, 0)
	if errno == 0 {
		l.count = int(n)
	}
	return l.count > 0
}

// HandOver lets another goroutine go on with the other connections: what the
// caller goes on to do may wait. Of a nil Loop, and a second time, it does
// nothing.
func (l *Loop) HandOver() {
	if l == nil || l.over {
		return
	}
	l.over = true
	successor := l.p.takeSpare()
	waits := successor != nil
	if !waits {
		successor = newLoop(l.p)
	}
	successor.over, successor.next = false, 0
	successor.count = copy(successor.events[:], l.events[l.next:l.count])
	if waits {
		successor.begin <- struct{}{}
		return
	}
	go l.p.run(successor) // ends after a hand-over when enough others wait, or with the poller
}
