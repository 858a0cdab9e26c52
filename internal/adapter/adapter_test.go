package adapter_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/wiretest"
)

// fixture is a server of the module's on our adapter, with its clients.
type fixture struct {
	io    *socket.Server
	addr  string
	peers []*wiretest.Peer // named a, b, c … below

	mu      sync.Mutex
	sockets map[socket.SocketId]*socket.Socket
}

// serve runs a server with n clients until the test ends.
func serve(t *testing.T, n int) *fixture {
	t.Helper()
	b := bridge.New(socket.DefaultServerOptions(), slog.New(slog.DiscardHandler))
	web := httptest.NewServer(b)
	t.Cleanup(func() {
		b.Close()
		web.Close()
	})
	f := &fixture{io: b.Server(), addr: web.Listener.Addr().String(), sockets: make(map[socket.SocketId]*socket.Socket)}
	f.io.On("connection", func(args ...any) {
		f.mu.Lock()
		defer f.mu.Unlock()
		s := args[0].(*socket.Socket)
		f.sockets[s.Id()] = s
	})
	for range n {
		f.peers = append(f.peers, wiretest.Connect(t, f.addr))
	}
	for _, p := range f.peers {
		f.socket(t, p)
	}
	return f
}

// socket returns the server's side of a peer.
func (f *fixture) socket(t *testing.T, p *wiretest.Peer) *socket.Socket {
	t.Helper()
	for deadline := time.Now().Add(wiretest.Patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		f.mu.Lock()
		s := f.sockets[socket.SocketId(p.ID)]
		f.mu.Unlock()
		if s != nil {
			return s
		}
	}
	t.Fatalf("socket %s is not connected", p.ID)
	return nil
}

// room returns the own room of peer i.
func (f *fixture) room(i int) socket.Room { return socket.Room(f.peers[i].ID) }

// who returns the names of the peers that got the event "hi" since the last
// time, each as often as it did.
func (f *fixture) who(t *testing.T) (names string) {
	t.Helper()
	f.io.Emit("end")
	for i, p := range f.peers {
		for m := p.Next(t); m.Payload != `42["end"]`; m = p.Next(t) {
			if m.Payload != `42["hi",1]` {
				t.Errorf("peer %d got %q", i, m.Payload)
			}
			names += string(rune('a' + i))
		}
	}
	return names
}

func TestBroadcastReachesExactlyItsReceivers(t *testing.T) {
	f := serve(t, 5)
	a := f.socket(t, f.peers[0])
	for i, rooms := range [][]socket.Room{{"x"}, {"x", "y"}, {"y"}, {f.room(0)}, {}} {
		f.socket(t, f.peers[i]).Join(rooms...)
	}
	for _, row := range []struct {
		name string
		emit func(...any)
		want string
	}{
		{"everyone", func(v ...any) { f.io.Emit("hi", v...) }, "abcde"},
		{"a room", func(v ...any) { f.io.To("x").Emit("hi", v...) }, "ab"},
		{"rooms that overlap", func(v ...any) { f.io.To("x", "y").Emit("hi", v...) }, "abc"},
		{"the same room twice", func(v ...any) { f.io.To("x").To("x").Emit("hi", v...) }, "ab"},
		{"in is to", func(v ...any) { f.io.In("x").In("y").Emit("hi", v...) }, "abc"},
		{"a room that nobody is in", func(v ...any) { f.io.To("z").Emit("hi", v...) }, ""},
		{"a client's own room", func(v ...any) { f.io.To(f.room(2)).Emit("hi", v...) }, "c"},
		{"a client's own room that another has joined", func(v ...any) { f.io.To(f.room(0)).Emit("hi", v...) }, "ad"},
		{"own room and others", func(v ...any) { f.io.To(f.room(1), "x").Emit("hi", v...) }, "ab"},
		{"all but a room", func(v ...any) { f.io.Except("x").Emit("hi", v...) }, "cde"},
		{"all but two rooms", func(v ...any) { f.io.Except("x").Except("y").Emit("hi", v...) }, "de"},
		{"all but one client", func(v ...any) { f.io.Except(f.room(4)).Emit("hi", v...) }, "abcd"},
		{"a room but another", func(v ...any) { f.io.To("x").Except("y").Emit("hi", v...) }, "a"},
		{"a room but itself", func(v ...any) { f.io.To("x").Except("x").Emit("hi", v...) }, ""},
		{"everyone but the sender, and who is in its own room", func(v ...any) { a.Broadcast().Emit("hi", v...) }, "bce"},
		{"a room of the sender's", func(v ...any) { a.To("x").Emit("hi", v...) }, "b"},
		{"the sender's own room", func(v ...any) { a.To(f.room(0)).Emit("hi", v...) }, ""},
		{"but for the sender and another", func(v ...any) { a.Except(f.room(1)).Emit("hi", v...) }, "ce"},
		{"one client", func(v ...any) { a.Emit("hi", v...) }, "a"},
		{"everyone on this server", func(v ...any) { f.io.Local().Emit("hi", v...) }, "abcde"},
		{"everyone, without compression", func(v ...any) { f.io.Compress(false).Emit("hi", v...) }, "abcde"},
		{"the namespace by its name", func(v ...any) { f.io.Of("/", nil).Emit("hi", v...) }, "abcde"},
		{"another namespace", func(v ...any) { f.io.Of("/other", nil).Emit("hi", v...) }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.emit(1)
			if got := f.who(t); got != row.want {
				t.Errorf("it reaches %q, want %q", got, row.want)
			}
		})
	}
}

func TestRoomsFollowTheirMembers(t *testing.T) {
	f := serve(t, 3)
	check := func(want string) {
		t.Helper()
		f.io.To("x").Emit("hi", 1)
		if got := f.who(t); got != want {
			t.Errorf("room x reaches %q, want %q", got, want)
		}
	}
	check("")
	f.io.SocketsJoin("x", "y")
	check("abc")
	f.io.In(f.room(1)).SocketsLeave("x")
	check("ac")
	f.io.Except(f.room(2)).SocketsLeave("x")
	check("c")
	f.io.To("y").SocketsJoin("x")
	check("abc")
	f.socket(t, f.peers[0]).Leave("x")
	f.socket(t, f.peers[0]).Leave("x")
	check("bc")
	gone := f.peers[2]
	f.peers = f.peers[:2]
	f.socket(t, gone).Disconnect(false)
	check("b")
}

func TestFetchedSockets(t *testing.T) {
	f := serve(t, 3)
	f.socket(t, f.peers[0]).Join("x")
	f.socket(t, f.peers[0]).SetData("mine")
	fetch := func(from interface {
		FetchSockets() func(func([]*socket.RemoteSocket, error))
	}) (found []*socket.RemoteSocket) {
		from.FetchSockets()(func(sockets []*socket.RemoteSocket, err error) {
			if err != nil {
				t.Error(err)
			}
			found = sockets
		})
		return found
	}
	if got := fetch(f.io); len(got) != 3 {
		t.Errorf("%d sockets are fetched, want 3", len(got))
	}
	if got := fetch(f.io.Except("x")); len(got) != 2 {
		t.Errorf("%d sockets that are not in x are fetched, want 2", len(got))
	}
	one := fetch(f.io.In("x"))
	if len(one) != 1 || one[0].Id() != socket.SocketId(f.peers[0].ID) || one[0].Data() != "mine" || one[0].Handshake() == nil {
		t.Fatalf("fetched %+v, want the one in x", one)
	}
	if rooms := one[0].Rooms(); rooms.Len() != 2 || !rooms.Has("x") || !rooms.Has(f.room(0)) {
		t.Errorf("it is in %v", rooms.Keys())
	}
	one[0].Emit("hi", 1)
	if got := f.who(t); got != "a" {
		t.Errorf("what it is sent reaches %q", got)
	}
	one[0].Join("y")
	one[0].Leave("x")
	f.io.To("y").Except("x").Emit("hi", 1)
	if got := f.who(t); got != "a" {
		t.Errorf("behind its join and leave, y but x reaches %q", got)
	}
	f.io.FetchSockets()(func(all []*socket.RemoteSocket, err error) {
		if err != nil || len(all) != 3 {
			t.Errorf("all sockets are %v, %v", all, err)
		}
	})
}

func TestDisconnectSockets(t *testing.T) {
	f := serve(t, 4)
	for _, i := range []int{0, 2} {
		f.socket(t, f.peers[i]).Join("x")
	}
	f.io.In("x").DisconnectSockets(false)
	for _, i := range []int{0, 2} {
		f.peers[i].Want(t, "41")
		f.peers[i].ID = f.peers[i].Join(t, "/") // the connection stays
		f.socket(t, f.peers[i])
	}
	f.io.In(f.room(1), f.room(3)).DisconnectSockets(true)
	for _, i := range []int{1, 3} {
		f.peers[i].Want(t, "41")
		f.peers[i].WantClose(t, wiretest.NoCode)
	}
	f.io.DisconnectSockets(true)
	for _, i := range []int{0, 2} {
		f.peers[i].Want(t, "41")
		f.peers[i].WantClose(t, wiretest.NoCode)
	}
}

func TestAdapterEmitsEventsOfRooms(t *testing.T) {
	f := serve(t, 0)
	adapter := f.io.Of("/", nil).Adapter()
	var mu sync.Mutex
	var emitted []string
	for _, event := range []string{"create-room", "join-room", "leave-room", "delete-room"} {
		adapter.On(events.EventName(event), func(args ...any) {
			mu.Lock()
			defer mu.Unlock()
			emitted = append(emitted, fmt.Sprint(event, args))
		})
	}
	p := wiretest.Connect(t, f.addr)
	s := f.socket(t, p)
	s.Join("x")
	s.Join("x", "x")
	s.Leave("x")
	s.Leave("x")
	s.Join("y")
	s.Disconnect(true)
	id := p.ID
	want := []string{
		"create-room[" + id + "]", "join-room[" + id + " " + id + "]",
		"create-room[x]", "join-room[x " + id + "]",
		"leave-room[x " + id + "]", "delete-room[x]",
		"create-room[y]", "join-room[y " + id + "]",
		"leave-room[y " + id + "]", "delete-room[y]",
	}
	p.WantClose(t, wiretest.NoCode)
	mu.Lock()
	defer mu.Unlock()
	own := []string{"leave-room[" + id + " " + id + "]", "delete-room[" + id + "]"}
	if got := slices.DeleteFunc(emitted, func(line string) bool { return slices.Contains(own, line) }); !slices.Equal(got, want) {
		t.Errorf("emitted %q, want %q", got, want)
	}
}

func TestAdaptersCopies(t *testing.T) {
	f := serve(t, 2)
	adapter := f.io.Of("/", nil).Adapter()
	a := socket.SocketId(f.peers[0].ID)
	f.socket(t, f.peers[0]).Join("x", "y")
	f.socket(t, f.peers[1]).Join("x")
	rooms := adapter.Rooms()
	if x, ok := rooms.Load("x"); !ok || x.Len() != 2 || rooms.Len() != 4 {
		t.Errorf("there are %d rooms, want x, y and two own ones", rooms.Len())
	}
	if sids := adapter.Sids(); sids.Len() != 2 {
		t.Errorf("there are %d sockets, want 2", sids.Len())
	} else if own, _ := sids.Load(a); own.Len() != 3 {
		t.Errorf("the first is in %v", own.Keys())
	}
	if adapter.SocketRooms("nobody") != nil {
		t.Error("nobody is in rooms")
	}
	if err := f.io.ServerSideEmit("hi"); err == nil {
		t.Error("there are other servers to emit to")
	}
	if adapter.ServerCount() != 1 {
		t.Errorf("there are %d servers", adapter.ServerCount())
	}
}
