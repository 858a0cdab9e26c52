package engine

import (
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// maxPassed is how many connections wait for Accept.
const maxPassed = 64

// NewFront returns a front that listens on l, which it takes over; or nil, and l
// stays with the caller, where the system does not give what that needs.
func NewFront(l *net.TCPListener, opts FrontOptions) *Front {
	all, err := pollers()
	if err != nil {
		return nil
	}
	fd := duplicate(l) // l itself belongs to Go's poller
	if fd < 0 {
		return nil
	}
	f := &Front{
		opts: opts, listener: l,
		others: make(chan net.Conn, maxPassed), closed: make(chan struct{}),
		conns: make(map[*httpConn]struct{}),
	}
	a := &acceptor{front: f, fd: fd, poller: all[0], pollers: all}
	if err := a.poller.addAcceptor(a); err != nil {
		syscall.Close(fd)
		return nil
	}
	deferAccept(fd)
	f.close = sync.OnceValue(func() error {
		close(f.closed)
		a.close()
		return l.Close()
	})
	return f
}

// deferAccept has the system keep a connection to itself until its client has
// sent something, or for a second: then there is a request to serve when it is
// accepted. What does not support that does without.
func deferAccept(fd int) {
	syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT, 1)
}

// acceptor takes the connections of a listening socket.
type acceptor struct {
	// immutable
	front   *Front
	fd      int
	poller  *poller
	pollers []*poller // for the connections

	// open is held by everybody who uses the descriptor, and taken by close.
	open sync.RWMutex
	shut bool
}

// maxAccepts is how many connections are accepted before others have their turn.
const maxAccepts = 16

// ready accepts connections and serves what they have brought. The poller comes
// back as long as there are more.
func (a *acceptor) ready(t *turn) {
	for n := 0; n < maxAccepts && !t.over; n++ {
		c, l, errno := a.accept()
		switch errno {
		case 0:
			l.begin(t, c)
			c.awaitFirst()
		case syscall.EINTR, syscall.ECONNABORTED:
		case syscall.EAGAIN:
			return
		default:
			a.listen(0)
			t.handOver()
			a.front.rest(errno)
			a.listen(syscall.EPOLLIN)
			return
		}
	}
}

// accept accepts a connection, if there is one.
func (a *acceptor) accept() (*httpConn, *polledLink, syscall.Errno) {
	a.open.RLock() // until it is among the front's: who closes it waits for that
	defer a.open.RUnlock()
	if a.shut {
		return nil, nil, syscall.EAGAIN
	}
	fd, remote, errno := acceptNow(a.fd)
	if errno != 0 {
		return nil, nil, errno
	}
	l := newLinkOn(a.pollers, fd)
	return a.front.enter(l, remote), l, 0
}

// listen has the poller come when there are the events.
func (a *acceptor) listen(events uint32) {
	a.open.RLock()
	defer a.open.RUnlock()
	if !a.shut {
		a.poller.watch(syscall.EPOLL_CTL_MOD, a.fd, events) // cannot fail: it was added
	}
}

func (a *acceptor) close() {
	a.open.Lock()
	defer a.open.Unlock()
	a.shut = true
	a.poller.removeAcceptor(a) // first: the socket lives on in its other descriptors
	syscall.Close(a.fd)
}

// retryAfter is how long accepting rests after an error.
const retryAfter = 5 * time.Millisecond

// rest is called when a connection could not be accepted.
func (f *Front) rest(errno syscall.Errno) {
	if (errno == syscall.EMFILE || errno == syscall.ENFILE) && f.opts.Exhausted() {
		return
	}
	select {
	case <-time.After(retryAfter):
	case <-f.closed:
	}
}

// acceptNow accepts a connection, if there is one, whose reads and writes never
// block.
func acceptNow(listener int) (fd int, remote netip.AddrPort, errno syscall.Errno) {
	var addr syscall.RawSockaddrAny
	size := uint32(unsafe.Sizeof(addr))
	n, _, errno := syscall.RawSyscall6(syscall.SYS_ACCEPT4, uintptr(listener), uintptr(unsafe.Pointer(&addr)),
		uintptr(unsafe.Pointer(&size)), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, remote, errno
	}
	// What is written goes out at once. Set for the listener it would miss those
	// that came before.
	on := int32(1)
	syscall.RawSyscall6(syscall.SYS_SETSOCKOPT, n, syscall.IPPROTO_TCP, syscall.TCP_NODELAY,
		uintptr(unsafe.Pointer(&on)), unsafe.Sizeof(on), 0) // cannot fail
	return int(n), peerAddr(&addr), 0
}

// peerAddr returns the address in the form that package net gives it.
func peerAddr(addr *syscall.RawSockaddrAny) netip.AddrPort {
	if addr.Addr.Family == syscall.AF_INET {
		v4 := (*syscall.RawSockaddrInet4)(unsafe.Pointer(addr))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), port(v4.Port))
	}
	v6 := (*syscall.RawSockaddrInet6)(unsafe.Pointer(addr)) // TCP has no third
	ip := netip.AddrFrom16(v6.Addr).Unmap()
	if v6.Scope_id != 0 {
		ip = ip.WithZone(zone(v6.Scope_id))
	}
	return netip.AddrPortFrom(ip, port(v6.Port))
}

// port turns the order of bytes that the network has into the machine's.
func port(raw uint16) uint16 {
	b := (*[2]byte)(unsafe.Pointer(&raw))
	return uint16(b[0])<<8 | uint16(b[1])
}

// zone returns the name of an interface, or its number if it has none.
func zone(index uint32) string {
	if i, err := net.InterfaceByIndex(int(index)); err == nil {
		return i.Name
	}
	return strconv.Itoa(int(index))
}
