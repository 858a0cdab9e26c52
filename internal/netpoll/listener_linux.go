package netpoll

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"unsafe"
)

// Listener accepts the connections of a listening socket in a poller.
//
// Locks are taken in this order: open, Group.mu, poller.mu.
type Listener struct {
	// immutable
	group    *Group
	acceptor Acceptor
	fd       int
	poller   *poller // of the socket; the connections are shared among the Group's

	// open is held for reading while the descriptor is used, and for writing to
	// close it.
	open   sync.RWMutex
	closed bool
}

func listen(g *Group, l net.Listener, a Acceptor) (*Listener, error) {
	socket, ok := l.(*net.TCPListener)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	p, err := g.next()
	if err != nil {
		return nil, err
	}
	fd := duplicate(socket) // l itself belongs to Go's poller
	if fd < 0 {
		p.release()
		return nil, errors.ErrUnsupported
	}
	listener := &Listener{group: g, acceptor: a, fd: fd, poller: p}
	if err := p.addListener(listener); err != nil {
		syscall.Close(fd)
		p.release()
		return nil, err
	}
	deferAccept(fd)
	return listener, nil
}

// deferAccept has the system keep a connection to itself until its client has
// sent something, or for a second: then there is a request to serve when it is
// accepted. A system that does not support that does without.
func deferAccept(fd int) {
	syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT, 1)
}

// maxAccepts is how many connections are accepted before others are served.
const maxAccepts = 16

// ready accepts connections and serves what they have brought. Its event comes
// again as long as there are more.
func (l *Listener) ready(loop *Loop) {
	for n := 0; n < maxAccepts && !loop.over; n++ {
		c, remote, err := l.accept()
		switch err {
		case nil:
			l.acceptor.Accepted(loop, c, remote)
		case syscall.EINTR, syscall.ECONNABORTED:
		case syscall.EAGAIN:
			return
		default:
			l.listen(0)
			loop.HandOver()
			l.acceptor.AcceptFailed(err)
			l.listen(syscall.EPOLLIN)
			return
		}
	}
}

// accept accepts a connection, if there is one.
func (l *Listener) accept() (*polledConn, netip.AddrPort, error) {
	l.open.RLock()
	defer l.open.RUnlock()
	if l.closed {
		return nil, netip.AddrPort{}, syscall.EAGAIN
	}
	fd, remote, errno := acceptNow(l.fd)
	if errno != 0 {
		return nil, remote, errno
	}
	p, err := l.group.next()
	if err != nil { // the group is closed
		syscall.Close(fd)
		return nil, remote, syscall.ECONNABORTED
	}
	return newConnOn(p, fd), remote, nil
}

// listen sets the events of the socket that arrive.
func (l *Listener) listen(events uint32) {
	l.open.RLock()
	defer l.open.RUnlock()
	if !l.closed {
		l.poller.watch(syscall.EPOLL_CTL_MOD, l.fd, events) // cannot fail: it was added
	}
}

// Close ends accepting. Connections that were accepted stay. One that is being
// accepted may still be given to the Acceptor.
func (l *Listener) Close() {
	l.open.Lock()
	defer l.open.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	l.poller.removeListener(l) // first: the socket lives on in its other descriptors
	syscall.Close(l.fd)
	l.poller.release()
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
