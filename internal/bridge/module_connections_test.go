package bridge

import (
	"sync"
	"testing"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// crowd lets many connections come and go, as far as their count goes.
func crowd(b *Bridge) {
	for range manyConnections {
		b.connectionOpened()
	}
	for range manyConnections {
		b.connectionClosed()
	}
}

func TestWhoStaysIsKeptWhenManyLeave(t *testing.T) {
	f := serve(t, options(), nil)
	a, b := wiretest.Connect(t, f.addr), wiretest.Connect(t, f.addr)
	b.Conn.Close()
	sockets := f.io.Sockets().Sockets()
	eventually(t, "one has left", func() bool { return sockets.Len() == 1 })
	crowd(f.Bridge)
	if _, ok := sockets.Load(socket.SocketId(a.ID)); !ok {
		t.Error("the module has lost the socket that is there")
	}
	if peak(f.Bridge) < manyConnections {
		t.Error("the maps were emptied with somebody in them")
	}
	a.Conn.Close()
	eventually(t, "the maps are emptied", func() bool { return peak(f.Bridge) == 0 })
}

func peak(b *Bridge) int {
	b.connections.mu.Lock()
	defer b.connections.mu.Unlock()
	return b.connections.peak
}

// Whoever comes in the moment when the maps are emptied is heard.
func TestWhoComesWhenManyLeave(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.On("hello", func(...any) { s.Emit("hello") })
		})
	})
	over := make(chan struct{})
	var crowds sync.WaitGroup
	crowds.Go(func() { // ends with the clients
		for {
			select {
			case <-over:
				return
			default:
				crowd(f.Bridge)
			}
		}
	})
	for range 100 {
		p := wiretest.Connect(t, f.addr)
		p.Send(t, `42["hello"]`)
		p.Want(t, `42["hello"]`)
		p.Conn.Close()
	}
	close(over)
	crowds.Wait()
	eventually(t, "nobody is there", func() bool {
		f.connections.mu.Lock()
		defer f.connections.mu.Unlock()
		return f.connections.open == 0
	})
}
