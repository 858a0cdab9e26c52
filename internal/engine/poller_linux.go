package engine

import (
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// poller waits for many connections in one goroutine: an idle connection has
// no stack, and one that has something to say wakes nobody but the poller. Its
// epoll instance is itself waited for by Go's scheduler, so that it holds no
// thread.
type poller struct {
	epoll *os.File
	fd    int

	mu sync.Mutex
	// guarded by mu
	links    map[int32]*polledLink // by descriptor
	accepts  map[int32]*acceptor   // by descriptor
	spare    []*turn               // whose goroutines wait for the next one
	unused   int                   // the fewest of them since retire looked last
	retiring bool                  // it will look again
}

// maxEvents is how many events are taken from the system at once.
const maxEvents = 128

// The events of a connection. They come when something changes, not as long as
// it is so: who is told must read until there is nothing. Almost always a
// connection can be written to, and nobody wants to hear of that.
const (
	readable         = syscall.EPOLLIN | syscall.EPOLLRDHUP | epollET
	readableWritable = readable | syscall.EPOLLOUT
)

const epollET = 1 << 31

// pollers serve all connections of the process, as many as run in parallel.
var (
	pollers    = sync.OnceValues(startPollers)
	nextPoller atomic.Uint32
)

func startPollers() ([]*poller, error) {
	all := make([]*poller, runtime.GOMAXPROCS(0))
	for i := range all {
		p, err := newPoller()
		if err != nil {
			return nil, err
		}
		all[i] = p
		go p.run(newTurn(p)) // for the life of the process
	}
	return all, nil
}

func newPoller() (*poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return &poller{
		epoll: os.NewFile(uintptr(fd), "epoll"), fd: fd,
		links: make(map[int32]*polledLink), accepts: make(map[int32]*acceptor),
	}, nil
}

// add makes the link's events arrive: those of reading.
func (p *poller) add(l *polledLink) error {
	p.mu.Lock()
	p.links[int32(l.fd)] = l
	p.mu.Unlock()
	if err := p.watch(syscall.EPOLL_CTL_ADD, l.fd, readable); err != nil {
		p.remove(l)
		return err
	}
	return nil
}

// watch adds the descriptor, or changes which of its events arrive.
func (p *poller) watch(op, fd int, events uint32) error {
	event := syscall.EpollEvent{Events: events, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(p.fd, op, fd, &event))
}

// again makes the link's events arrive, even if they have already, behind those
// of others; from now on also when it can be written to.
func (p *poller) again(l *polledLink) {
	p.watch(syscall.EPOLL_CTL_MOD, l.fd, readableWritable) // fails for one that is gone, or not added yet
}

// forget ends the events of the link's descriptor, which somebody else keeps.
func (p *poller) forget(l *polledLink) {
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, l.fd, nil) // fails for one that was not added yet
}

// remove forgets the link. It comes before its descriptor is closed, which
// takes it from the epoll instance.
func (p *poller) remove(l *polledLink) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.links[int32(l.fd)] == l {
		delete(p.links, int32(l.fd))
	}
}

// addAcceptor makes the events of a listening socket arrive, as long as there are
// connections.
func (p *poller) addAcceptor(a *acceptor) error {
	p.mu.Lock()
	p.accepts[int32(a.fd)] = a
	p.mu.Unlock()
	err := p.watch(syscall.EPOLL_CTL_ADD, a.fd, syscall.EPOLLIN)
	if err != nil {
		p.removeAcceptor(a)
	}
	return err
}

// removeAcceptor ends the events of a listening socket.
func (p *poller) removeAcceptor(a *acceptor) {
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, a.fd, nil) // fails for one that could not be added
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.accepts, int32(a.fd))
}

// find returns whose events those of the descriptor are: one of the two, or
// neither.
func (p *poller) find(fd int32) (*polledLink, *acceptor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.links[fd]; l != nil {
		return l, nil
	}
	return nil, p.accepts[fd]
}

// turn is one goroutine's time as the poller. It ends when something that it
// runs may wait: then another goroutine takes over, beginning with the events
// that are left.
type turn struct {
	p      *poller
	events [maxEvents]syscall.EpollEvent
	next   int
	count  int
	over   bool
	begin  chan struct{} // the next one; closed when there is none
}

func newTurn(p *poller) *turn { return &turn{p: p, begin: make(chan struct{}, 1)} }

// run serves events for one turn after the other, or until there are enough
// goroutines that wait for one.
func (p *poller) run(t *turn) {
	raw, err := p.epoll.SyscallConn()
	if err != nil {
		return // the file is ours and open: cannot be
	}
	wait := t.wait
	for {
		for t.next < t.count && !t.over {
			e := &t.events[t.next]
			t.next++
			if l, a := p.find(e.Fd); l != nil {
				l.ready(t, e.Events)
			} else if a != nil {
				a.ready(t)
			}
		}
		if t.over {
			if !p.keep(t) {
				return
			}
			if _, more := <-t.begin; !more {
				return
			}
			continue
		}
		if err := raw.Read(wait); err != nil {
			return
		}
	}
}

// maxSpare is how many goroutines of a poller wait for a turn. In a storm of
// clients that connect each costs a turn, and a new goroutine would grow its stack anew.
const maxSpare = 8

// retireAfter is how long a goroutine waits for a turn at least before it ends.
const retireAfter = 5 * time.Second

// keep holds a turn that is over for later. It reports false if there are
// enough.
func (p *poller) keep(t *turn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spare) == maxSpare {
		return false
	}
	if !p.retiring {
		p.retiring = true
		time.AfterFunc(retireAfter, p.retire)
	}
	p.spare = append(p.spare, t)
	return true
}

// retire ends the goroutines that have not been needed since it looked last,
// and comes back as long as there are others.
func (p *poller) retire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.spare[:p.unused] {
		close(t.begin)
	}
	p.spare = slices.Delete(p.spare, 0, p.unused)
	p.unused = len(p.spare)
	p.retiring = p.unused > 0
	if p.retiring {
		time.AfterFunc(retireAfter, p.retire)
	}
}

// takeSpare returns a turn whose goroutine waits, or nil.
func (p *poller) takeSpare() *turn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spare) == 0 {
		return nil
	}
	last := len(p.spare) - 1
	t := p.spare[last]
	p.spare = p.spare[:last]
	p.unused = min(p.unused, last)
	return t
}

// wait takes events that are there; without any, Go's scheduler waits.
func (t *turn) wait(fd uintptr) bool {
	t.next, t.count = 0, 0
	n, _, errno := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, fd,
		uintptr(unsafe.Pointer(&t.events)), maxEvents, 0, 0, 0)
	if errno == 0 {
		t.count = int(n)
	}
	return t.count > 0
}

// yielder returns the turn for a handler, nil for a goroutine without one.
func (t *turn) yielder() yielder {
	if t == nil {
		return nil
	}
	return t
}

// handOver ends the turn: what the caller goes on to do may wait.
func (t *turn) handOver() {
	if t.over {
		return
	}
	t.over = true
	successor := t.p.takeSpare()
	waits := successor != nil
	if !waits {
		successor = newTurn(t.p)
	}
	successor.over, successor.next = false, 0
	successor.count = copy(successor.events[:], t.events[t.next:t.count])
	if waits {
		successor.begin <- struct{}{}
		return
	}
	go t.p.run(successor) // ends behind a turn, when enough others wait
}
