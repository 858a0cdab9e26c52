//go:build !nopoll && !386

package netpoll

import (
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// closer is an Acceptor that closes what it is given.
type closer struct{}

func (closer) Accepted(_ *Loop, conn AcceptedConn, _ netip.AddrPort) { conn.CloseNow() }
func (closer) AcceptFailed(error)                                    {}

// A poller has no event of a listening socket whose Listener is closed, even if
// the socket has another descriptor.
func TestListeningSocketThatOutlivesItsListener(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	g := group(t)
	listener, err := g.Listen(l, closer{})
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	wiretest.DialTCP(t, l.Addr().String()).Write([]byte("a"))
	time.Sleep(10 * time.Millisecond) // for the connection to arrive
	var events [1]syscall.EpollEvent
	for _, p := range g.pollers {
		if n, err := syscall.EpollWait(p.fd, events[:], 0); n > 0 || err != nil {
			t.Errorf("%d events, %v", n, err)
		}
	}
}

// What is written goes out at once.
func TestConnectionsDoNotDelay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wiretest.DialTCP(t, l.Addr().String())
	var fd int
	for deadline := time.Now().Add(wiretest.Patience); ; time.Sleep(time.Millisecond) {
		n, _, errno := acceptNow(int(file.Fd()))
		if fd = n; errno == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no connection comes: %v", errno)
		}
	}
	defer syscall.Close(fd)
	if on, err := syscall.GetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY); err != nil || on == 0 {
		t.Errorf("TCP_NODELAY is %d, %v", on, err)
	}
}
