package bridge

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// told collects the reasons that "disconnecting" and "disconnect" are told.
type told struct{ lines chan string }

func newTold() *told { return &told{make(chan string, 64)} }

func (d *told) listen(s *socket.Socket) {
	s.On("disconnecting", func(args ...any) { d.lines <- fmt.Sprint("disconnecting: ", args[0], s.Rooms().Len()) })
	s.On("disconnect", func(args ...any) { d.lines <- fmt.Sprint("disconnect: ", args[0], s.Rooms().Len()) })
}

// want compares what is told of one socket, which is in one room until then.
func (d *told) want(t *testing.T, reason string) {
	t.Helper()
	for _, want := range []string{"disconnecting: " + reason + "1", "disconnect: " + reason + "0"} {
		if got := next(t, "disconnect", d.lines); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

func TestReasonsOfTheEnd(t *testing.T) {
	var server *socket.Socket
	for _, row := range []struct {
		name string
		end  func(t *testing.T, f *fixture, p *wiretest.Peer)
		want string
	}{
		{"the client leaves the namespace", func(t *testing.T, _ *fixture, p *wiretest.Peer) { p.Send(t, "41") }, "client namespace disconnect"},
		{"the server disconnects the socket", func(*testing.T, *fixture, *wiretest.Peer) { server.Disconnect(false) }, "server namespace disconnect"},
		{"the server disconnects the client", func(*testing.T, *fixture, *wiretest.Peer) { server.Disconnect(true) }, "server namespace disconnect"},
		{"the client closes the WebSocket", func(_ *testing.T, _ *fixture, p *wiretest.Peer) { p.Write(wiretest.Frame{Op: wiretest.Close}) }, "transport close"},
		{"the connection ends", func(_ *testing.T, _ *fixture, p *wiretest.Peer) { p.Conn.Close() }, "transport close"},
		{"the connection is reset", func(_ *testing.T, _ *fixture, p *wiretest.Peer) {
			p.Conn.(*net.TCPConn).SetLinger(0)
			p.Conn.Close()
		}, "transport close"},
		{"the client breaks the protocol of the WebSocket", func(_ *testing.T, _ *fixture, p *wiretest.Peer) {
			p.Write(wiretest.Frame{Op: wiretest.Text, Unmasked: true})
		}, "transport error"},
		{"the client sends what is no packet", func(t *testing.T, _ *fixture, p *wiretest.Peer) { p.Send(t, "4nonsense") }, "forced close"},
		{"the server shuts down", func(_ *testing.T, f *fixture, _ *wiretest.Peer) { f.Close() }, "server shutting down"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newTold()
			connected := make(chan struct{})
			f := serve(t, options(), func(f *fixture) {
				f.onConnection("/", func(s *socket.Socket) {
					d.listen(s)
					server = s
					close(connected)
				})
			})
			p := wiretest.Connect(t, f.addr)
			next(t, "connection", connected)
			row.end(t, f, p)
			d.want(t, row.want)
			eventually(t, "the namespace forgets the socket", func() bool { return f.io.Sockets().Sockets().Len() == 0 })
			if server.Connected() {
				t.Error("the socket says that it is connected")
			}
			if len(d.lines) > 0 {
				t.Errorf("told %q too", <-d.lines)
			}
		})
	}
}

func TestReasonOfAClientThatAnswersNoPing(t *testing.T) {
	opts := options()
	opts.SetPingInterval(20 * time.Millisecond)
	opts.SetPingTimeout(30 * time.Millisecond)
	for target, packets := range map[string][]string{wiretest.PeerTarget: {"40"}, target3: nil} {
		d := newTold()
		f := serve(t, opts, func(f *fixture) { f.onConnection("/", d.listen) })
		wiretest.Dial(t, f.addr, target).Send(t, packets...)
		d.want(t, "ping timeout")
	}
}

func TestDisconnectOnTheWire(t *testing.T) {
	var mu sync.Mutex
	sockets := map[string]*socket.Socket{}
	f := serve(t, options(), func(f *fixture) {
		for _, name := range []string{"/", "/chat"} {
			f.onConnection(name, func(s *socket.Socket) {
				mu.Lock()
				defer mu.Unlock()
				sockets[name] = s
				s.Emit("ready")
			})
		}
	})
	p := wiretest.Connect(t, f.addr)
	p.Want(t, `42["ready"]`)
	p.Join(t, "/chat")
	p.Want(t, `42/chat,["ready"]`)
	mu.Lock()
	chat, main := sockets["/chat"], sockets["/"]
	mu.Unlock()
	chat.Disconnect(false)
	p.Want(t, "41/chat,") // and the connection stays
	p.Join(t, "/chat")
	p.Want(t, `42/chat,["ready"]`)
	main.Disconnect(true)
	got := []string{p.Next(t).Payload, p.Next(t).Payload}
	slices.Sort(got)
	if want := []string{"41", "41/chat,"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
	p.WantClose(t, wiretest.NoCode)
}

func TestClientThatJoinsNothing(t *testing.T) {
	opts := options()
	opts.SetConnectTimeout(50 * time.Millisecond)
	f := serve(t, opts, nil)
	w := open(t, f)
	w.WantClose(t, wiretest.NoCode)
	eventually(t, "the engine has no session", func() bool { return f.Engine().ClientsCount() == 0 })
}

func TestClientThatIsRefusedEverywhere(t *testing.T) {
	opts := options()
	opts.SetConnectTimeout(50 * time.Millisecond)
	f := serve(t, opts, nil)
	w := open(t, f)
	w.Send(t, "40/nope,")
	w.Want(t, `44/nope,{"message":"Invalid namespace"}`)
	w.WantClose(t, wiretest.NoCode)
}

func TestDisconnectInsideAConnectionListener(t *testing.T) {
	for _, row := range []struct {
		name  string
		close bool
	}{
		{"from the namespace", false},
		{"with the connection", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := newTold()
			f := serve(t, options(), func(f *fixture) {
				f.onConnection("/", func(s *socket.Socket) {
					d.listen(s)
					s.Emit("before")
					s.Disconnect(row.close)
					s.Emit("after")
				})
			})
			w := open(t, f)
			w.Send(t, "40")
			wantID(t, w, "40")
			w.Want(t, `42["before"]`, "41")
			if row.close {
				w.WantClose(t, wiretest.NoCode)
			}
			d.want(t, "server namespace disconnect")
			eventually(t, "the namespace forgets the socket", func() bool { return f.io.Sockets().Sockets().Len() == 0 })
		})
	}
}
