package bridge

import (
	"sync"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// The server disconnects clients at the very moment they connect. None of them
// may be left in the namespace without a connection.
func TestDisconnectRightBehindTheConnectReply(t *testing.T) {
	for _, row := range []struct {
		name  string
		close bool
	}{
		{"from the namespace", false},
		{"with the connection", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, options(), nil)
			for range 200 {
				p, err := wiretest.TryConnect(f.addr)
				if err != nil {
					t.Fatal(err)
				}
				f.io.In(socket.Room(p.ID)).DisconnectSockets(row.close)
				if row.close {
					p.End(t)
				} else {
					p.Want(t, "41")
					p.Send(t, "40") // a client may come back at once
					wantID(t, p.WebSocket, "40")
					p.Conn.Close()
				}
			}
			empty(t, f)
		})
	}
}

// empty waits until nothing is left of any client.
func empty(t *testing.T, f *fixture) {
	t.Helper()
	eventually(t, "no session is left", func() bool { return f.Engine().ClientsCount() == 0 })
	eventually(t, "no socket is left", func() bool {
		return f.io.Sockets().Sockets().Len() == 0 && f.io.Sockets().Adapter().Sids().Len() == 0
	})
}

// Clients connect, leave and come back while the server disconnects whoever is
// there.
func TestClientsComeWhileTheServerDisconnectsThem(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.io.Of("/chat", nil)
		f.onConnection("/", echoes)
	})
	stop := make(chan struct{})
	var server, clients sync.WaitGroup
	for _, closing := range []bool{false, true} {
		server.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					f.io.DisconnectSockets(closing)
					f.io.Emit("hello")
				}
			}
		})
	}
	for range 4 {
		clients.Go(func() {
			for range 40 {
				w, err := wiretest.TryDial(f.addr, wiretest.PeerTarget)
				if err != nil {
					t.Error(err)
					return
				}
				w.Write(wiretest.Texts("40", "40/chat,", `42["echo",1]`, "41", "40", "41/chat,")...)
				w.Message()
				w.Message()
				w.Conn.Close()
			}
		})
	}
	clients.Wait()
	close(stop)
	server.Wait()
	empty(t, f)
}

func TestServerClosesWhileClientsCome(t *testing.T) {
	for range 10 {
		f := serve(t, options(), func(f *fixture) { f.onConnection("/", echoes) })
		var clients sync.WaitGroup
		for i := range 6 {
			target := []string{wiretest.PeerTarget, target3}[i%2]
			clients.Go(func() {
				for range 10 {
					w, err := wiretest.TryDial(f.addr, target)
					if err != nil {
						return
					}
					w.Write(wiretest.Texts("40", `42["echo",1]`)...)
					w.Message()
					w.Message()
					w.Conn.Close()
				}
			})
		}
		f.Close()
		clients.Wait()
		eventually(t, "no session is left", func() bool { return f.Engine().ClientsCount() == 0 })
		eventually(t, "no socket is left", func() bool { return f.io.Sockets().Sockets().Len() == 0 })
	}
}

// A client that is told to leave while it is still being connected may come back
// at once, however long either takes.
func TestDisconnectWhileBeingConnected(t *testing.T) {
	connecting, connected, leaving := make(chan *socket.Socket, 1), make(chan struct{}), make(chan struct{})
	first := true
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			if !first {
				return
			}
			first = false
			s.On("disconnecting", func(...any) { <-leaving })
			connecting <- s
			<-connected
		})
	})
	p := wiretest.Connect(t, f.addr)
	s := next(t, "socket", connecting)
	left := make(chan struct{})
	go func() { // ends when the socket has left
		s.Disconnect(false)
		close(left)
	}()
	p.Want(t, "41")
	p.Send(t, "40")
	close(connected)
	time.Sleep(20 * time.Millisecond) // for the second CONNECT to come too early, if it can
	close(leaving)
	next(t, "end of the first", left)
	wantID(t, p.WebSocket, "40")
}
