package adapter

import (
	"errors"
	"log/slog"
	"time"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"
)

// Hooks are what an adapter asks and reports of its namespace. They are called
// without locks held.
type Hooks interface {
	// Connecting reports a socket whose CONNECT reply comes next. It cannot be
	// reached before Adapter.Connect.
	Connecting(s *socket.Socket)
	// MemberLeft reports that a member has left the namespace.
	MemberLeft(m *Member)
	// Recoverable reports whether the client of a member whose connection is
	// lost may come back as the same member.
	Recoverable(m *Member) bool
	// Closed reports that the module has closed the namespace.
	Closed()
}

// Builder makes the adapters of a server's namespaces: give it to SetAdapter.
type Builder struct {
	Hooks    func(*Adapter) Hooks // called once for each new adapter
	Log      *slog.Logger
	Encoder  Encoder
	Recovery time.Duration // how long lost sessions can come back; 0: not at all
}

// New returns the adapter of a namespace.
func (b *Builder) New(nsp socket.Namespace) socket.Adapter {
	a := &Adapter{EventEmitter: events.New(), Membership: newMembership(), encoder: b.Encoder, log: b.Log}
	a.Prototype(a)
	a.Construct(nsp)
	if b.Recovery > 0 {
		a.recovery = newRecovery(b.Recovery)
	}
	a.hooks = b.Hooks(a)
	return a
}

// Adapter implements the module's socket.Adapter for one namespace. It is safe
// for concurrent use.
type Adapter struct {
	events.EventEmitter
	*Membership

	// immutable
	proto    socket.Adapter
	nsp      socket.Namespace
	hooks    Hooks
	encoder  Encoder
	log      *slog.Logger
	recovery *recovery // nil: connection state recovery is off
}

var _ socket.Adapter = (*Adapter)(nil)

var errNoCluster = errors.New("this server is alone: there are no others to emit to")

// The methods below are the module's interface; it documents them.

func (a *Adapter) Prototype(p socket.Adapter)     { a.proto = p }
func (a *Adapter) Proto() socket.Adapter          { return a.proto }
func (a *Adapter) Construct(nsp socket.Namespace) { a.nsp = nsp }
func (a *Adapter) Nsp() socket.Namespace          { return a.nsp }
func (a *Adapter) Init()                          {}
func (a *Adapter) Close()                         { a.hooks.Closed() }
func (a *Adapter) ServerCount() int64             { return 1 }

func (a *Adapter) ServerSideEmit([]any) error { return errNoCluster }

// Rooms returns a copy: which sockets are in which room.
func (a *Adapter) Rooms() *types.Map[socket.Room, *types.Set[socket.SocketId]] {
	rooms := &types.Map[socket.Room, *types.Set[socket.SocketId]]{}
	for id, own := range a.snapshot() {
		for _, room := range own {
			ids, _ := rooms.LoadOrStore(room, types.NewSet[socket.SocketId]())
			ids.Add(id)
		}
	}
	return rooms
}

// Sids returns a copy: which rooms a socket is in.
func (a *Adapter) Sids() *types.Map[socket.SocketId, *types.Set[socket.Room]] {
	sids := &types.Map[socket.SocketId, *types.Set[socket.Room]]{}
	for id, own := range a.snapshot() {
		sids.Store(id, types.NewSet(own...))
	}
	return sids
}

func (a *Adapter) snapshot() map[socket.SocketId][]socket.Room {
	all := make(map[socket.SocketId][]socket.Room)
	for _, r := range a.Everyone() {
		all[r.Member.ID] = a.roomsOf(r.Member.ID)
	}
	return all
}

func (a *Adapter) SocketRooms(id socket.SocketId) *types.Set[socket.Room] {
	if rooms := a.roomsOf(id); rooms != nil {
		return types.NewSet(rooms...)
	}
	return nil
}

func (a *Adapter) AddAll(id socket.SocketId, rooms *types.Set[socket.Room]) {
	s, present := a.nsp.Sockets().Load(id)
	if !present && !a.recovery.restoring(id) {
		return // it has left: nobody would take it out again
	}
	entered, created := a.join(id, rooms.Keys())
	for _, room := range created {
		a.Emit("create-room", room)
	}
	for _, room := range entered {
		a.Emit("join-room", room, id)
	}
	// The module joins each socket to the room of its own id as it connects. A
	// session that is restored is joined before that too, without a socket yet.
	own := socket.Room(id)
	if present && rooms.Has(own) && !a.connected(id) {
		a.Emit("create-room", own)
		a.Emit("join-room", own, id)
		a.hooks.Connecting(s)
	}
}

func (a *Adapter) Del(id socket.SocketId, room socket.Room) {
	left, emptied := a.leave(id, room)
	if left {
		a.Emit("leave-room", room, id)
	}
	if emptied {
		a.Emit("delete-room", room)
	}
}

func (a *Adapter) DelAll(id socket.SocketId) {
	a.recovery.forget(id)
	m, left, emptied := a.leaveAll(id)
	if m == nil {
		return
	}
	for _, room := range left {
		a.Emit("leave-room", room, id)
	}
	for _, room := range emptied {
		a.Emit("delete-room", room)
	}
	a.hooks.MemberLeft(m)
}

func (a *Adapter) Sockets(rooms *types.Set[socket.Room]) *types.Set[socket.SocketId] {
	ids := types.NewSet[socket.SocketId]()
	for _, r := range a.receivers(&socket.BroadcastOptions{Rooms: rooms}) {
		ids.Add(r.Member.ID)
	}
	return ids
}

func (a *Adapter) FetchSockets(opts *socket.BroadcastOptions) func(func([]socket.SocketDetails, error)) {
	return func(callback func([]socket.SocketDetails, error)) {
		var details []socket.SocketDetails
		a.eachSocket(opts, func(s *socket.Socket) { details = append(details, s) })
		callback(details, nil)
	}
}

func (a *Adapter) AddSockets(opts *socket.BroadcastOptions, rooms []socket.Room) {
	a.eachSocket(opts, func(s *socket.Socket) { s.Join(rooms...) })
}

func (a *Adapter) DelSockets(opts *socket.BroadcastOptions, rooms []socket.Room) {
	a.eachSocket(opts, func(s *socket.Socket) {
		for _, room := range rooms {
			s.Leave(room)
		}
	})
}

func (a *Adapter) DisconnectSockets(opts *socket.BroadcastOptions, closeConnection bool) {
	a.eachSocket(opts, func(s *socket.Socket) { s.Disconnect(closeConnection) })
}

func (a *Adapter) eachSocket(opts *socket.BroadcastOptions, f func(*socket.Socket)) {
	for _, r := range a.receivers(opts) {
		if s, ok := a.nsp.Sockets().Load(r.Member.ID); ok {
			f(s)
		}
	}
}
