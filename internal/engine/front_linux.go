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
	if _, err := pollers(); err != nil {
		return nil
	}
	file, err := l.File() // a duplicate: l itself cannot be waited for
	if err != nil {
		return nil
	}
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil
	}
	f := &Front{
		opts: opts, listener: l,
		others: make(chan net.Conn, maxPassed), failed: make(chan error, 1), closed: make(chan struct{}),
		conns: make(map[*httpConn]struct{}),
	}
	f.close = sync.OnceValue(func() error {
		close(f.closed)
		file.Close()
		return l.Close()
	})
	go f.accept(raw) // ends with Close
	return f
}

// accept takes connections until the front is closed.
func (f *Front) accept(raw syscall.RawConn) {
	var errno syscall.Errno
	next := func(fd uintptr) bool {
		for {
			conn, remote, err := acceptNow(int(fd))
			switch err {
			case 0:
				f.serve(conn, remote)
				if f.isClosed() { // who closes it waits for this
					return true
				}
			case syscall.EAGAIN:
				return false
			case syscall.EINTR, syscall.ECONNABORTED:
			default:
				errno = err
				return true
			}
		}
	}
	for {
		if err := raw.Read(next); err != nil {
			f.failed <- err
			return
		}
		f.rest(errno)
		errno = 0
	}
}

func (f *Front) isClosed() bool {
	select {
	case <-f.closed:
		return true
	default:
		return false
	}
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

// serve starts to serve the connection of the descriptor.
func (f *Front) serve(fd int, remote netip.AddrPort) {
	l := newLinkOf(fd)
	if l == nil {
		syscall.Close(fd) // cannot be: there were pollers for NewFront
		return
	}
	f.begin(l, remote)
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
