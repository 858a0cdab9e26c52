//go:build linux

// Command floor is the least a relay can do on this kernel: one epoll loop
// on one thread, one read(2) for each ready connection and one write(2) for
// each delivery. It is no server: it takes what the benchmark's clients send
// for granted. What it does:
//
//   - the WebSocket handshake, the Engine.IO open packet and the answer to
//     CONNECT;
//   - `offer` to everyone else: the frame is built once, unmasked, and the
//     same bytes are written to each receiver;
//   - `message` to a channel, or to an array of channels: the channel is found
//     at its fixed place, the rest is passed on; an attachment follows;
//   - what a socket buffer does not take waits in memory, without limit.
//
// What it leaves out: every check of frames, UTF-8, JSON and protocol state,
// heartbeats, timeouts, polling, namespaces, rooms, acknowledgements, limits
// and logs. Messages are not coalesced either: several for one receiver cost
// several writes, so a server that coalesces can be cheaper than this floor.
//
// Usage: floor HOST:PORT
package main

import (
	"fmt"
	"log"
	"net/netip"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: floor HOST:PORT")
	}
	runtime.LockOSThread()
	debug.SetGCPercent(400)
	if err := run(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// loop is the relay's whole state.
type loop struct {
	epoll  int
	listen int
	conns  []*conn // by file descriptor
	open   []*conn // those that are connected, for offers
	buf    []byte  // what a read fills
	frame  []byte  // the frame that is being sent
}

// conn is one client.
type conn struct {
	fd     int
	at     int     // index in loop.open; -1 before CONNECT
	shook  bool    // the WebSocket handshake is done
	rest   []byte  // received, not yet a whole frame
	out    []byte  // what the socket buffer did not take
	attach []*conn // who gets the attachment that comes next
}

func run(addr string) error {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", addr, err)
	}
	l := &loop{buf: make([]byte, 256<<10)}
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("create epoll: %w", err)
	}
	if err := l.listenOn(at); err != nil {
		return fmt.Errorf("listen on %s: %w", addr, err)
	}
	events := make([]unix.EpollEvent, 1024)
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(l.epoll),
			uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)), ^uintptr(0), 0, 0)
		if errno == unix.EINTR {
			continue
		}
		if errno != 0 {
			return fmt.Errorf("epoll_pwait: %w", errno)
		}
		for _, ev := range events[:n] {
			l.ready(int(ev.Fd), ev.Events)
		}
	}
}

func (l *loop) listenOn(at netip.AddrPort) (err error) {
	if l.listen, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	if err = unix.SetsockoptInt(l.listen, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	if err = unix.Bind(l.listen, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}); err != nil {
		return err
	}
	if err = unix.Listen(l.listen, 4096); err != nil {
		return err
	}
	name, err := unix.Getsockname(l.listen)
	if err != nil {
		return err
	}
	fmt.Printf("Listening on http://%s:%d/\n", at.Addr(), name.(*unix.SockaddrInet4).Port)
	return l.watch(unix.EPOLL_CTL_ADD, l.listen, unix.EPOLLIN)
}

func (l *loop) watch(op, fd int, events uint32) error {
	return unix.EpollCtl(l.epoll, op, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

func (l *loop) ready(fd int, events uint32) {
	if fd == l.listen {
		l.accept()
		return
	}
	c := l.conns[fd]
	if c == nil {
		return // closed earlier in this turn
	}
	if events&unix.EPOLLOUT != 0 {
		l.drain(c)
	}
	if events&^uint32(unix.EPOLLOUT) != 0 && c.fd >= 0 {
		l.read(c)
	}
}

func (l *loop) accept() {
	for {
		fd, _, err := unix.Accept4(l.listen, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		if err != nil {
			return
		}
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		for len(l.conns) <= fd {
			l.conns = append(l.conns, nil)
		}
		l.conns[fd] = &conn{fd: fd, at: -1}
		l.watch(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN)
	}
}

func (l *loop) read(c *conn) {
	n, errno := transfer(unix.SYS_READ, c.fd, l.buf)
	if errno == unix.EAGAIN {
		return
	}
	if errno != 0 || n == 0 {
		l.close(c)
		return
	}
	data := l.buf[:n]
	if len(c.rest) > 0 {
		c.rest = append(c.rest, data...)
		data = c.rest
	}
	used := l.received(c, data)
	if c.fd >= 0 {
		c.rest = append(c.rest[:0], data[used:]...)
	}
}

// write sends b, or what the socket buffer takes of it.
func (l *loop) write(c *conn, b []byte) {
	if len(c.out) > 0 {
		c.out = append(c.out, b...)
		return
	}
	n, errno := transfer(unix.SYS_WRITE, c.fd, b)
	if errno != 0 && errno != unix.EAGAIN {
		l.close(c)
		return
	}
	if n < len(b) {
		c.out = append(c.out, b[n:]...)
		l.watch(unix.EPOLL_CTL_MOD, c.fd, unix.EPOLLIN|unix.EPOLLOUT)
	}
}

func (l *loop) drain(c *conn) {
	n, errno := transfer(unix.SYS_WRITE, c.fd, c.out)
	if errno != 0 && errno != unix.EAGAIN {
		l.close(c)
		return
	}
	c.out = c.out[:copy(c.out, c.out[n:])]
	if len(c.out) == 0 {
		c.out = nil
		l.watch(unix.EPOLL_CTL_MOD, c.fd, unix.EPOLLIN)
	}
}

func (l *loop) close(c *conn) {
	if c.fd < 0 {
		return
	}
	if c.at >= 0 {
		last := l.open[len(l.open)-1]
		l.open[c.at], last.at = last, c.at
		l.open = l.open[:len(l.open)-1]
	}
	l.conns[c.fd] = nil
	unix.Close(c.fd)
	c.fd = -1
}

// transfer is read(2) or write(2). Like epoll_pwait above it does not tell Go's
// scheduler, which saves a quarter of the time: nothing else runs in this
// process, and a signal interrupts the wait should the collector need to.
func transfer(call uintptr, fd int, b []byte) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}
