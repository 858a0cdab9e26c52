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
	links    map[int32]*polledLink
	spare    []*turn // whose goroutines wait for the next one
	unused   int     // the fewest of them since retire looked last
	retiring bool    // it will look again
}

// maxEvents is how many events are taken from the system at once.
const maxEvents = 128

// edges are the events of a connection. They come when something changes, not
// as long as it is so: who is told must read until there is nothing.
const edges = syscall.EPOLLIN | syscall.EPOLLOUT | syscall.EPOLLRDHUP | epollET

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
	return &poller{epoll: os.NewFile(uintptr(fd), "epoll"), fd: fd, links: make(map[int32]*polledLink)}, nil
}

// add makes events of the link's descriptor arrive.
func (p *poller) add(l *polledLink) error {
	p.mu.Lock()
	p.links[int32(l.fd)] = l
	p.mu.Unlock()
	event := syscall.EpollEvent{Events: edges & 0xFFFFFFFF, Fd: int32(l.fd)}
	if err := syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_ADD, l.fd, &event); err != nil {
		p.remove(l)
		return os.NewSyscallError("epoll_ctl", err)
	}
	return nil
}

// again makes the link's events arrive once more, behind those of others.
func (p *poller) again(l *polledLink) {
	event := syscall.EpollEvent{Events: edges & 0xFFFFFFFF, Fd: int32(l.fd)}
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_MOD, l.fd, &event) // fails only for one that is gone
}

// forget ends the events of the link's descriptor, which somebody else keeps.
func (p *poller) forget(l *polledLink) {
	syscall.EpollCtl(p.fd, syscall.EPOLL_CTL_DEL, l.fd, nil) // cannot fail: it was added
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

func (p *poller) link(fd int32) *polledLink {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.links[fd]
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
			if l := p.link(e.Fd); l != nil {
				l.ready(t, e.Events)
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
// handshakes each costs a turn, and a new goroutine would grow its stack anew.
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
