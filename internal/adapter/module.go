package adapter

import (
	"errors"
	"log/slog"
	"time"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// This file is all that knows the module: it implements socket.Adapter, and
// translates what the module passes in and gets back.

type (
	// SocketID is the public id of a client in a namespace.
	SocketID = socket.SocketId
	// Room is the name of a room that a program joins sockets to.
	Room = socket.Room
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
	Recovery time.Duration // how long sessions can be recovered; 0: not at all
}

// New returns the adapter of a namespace.
func (b *Builder) New(nsp socket.Namespace) socket.Adapter {
	a := &Adapter{
		EventEmitter: events.New(),
		Membership:   newMembership(),
		encoder:      b.Encoder,
		log:          b.Log,
	}
	a.Prototype(a)
	a.Construct(nsp)
	if b.Recovery > 0 {
		a.recovery = newRecovery(b.Recovery)
	}
	a.hooks = b.Hooks(a)
	return a
}

// Adapter is the adapter of one namespace. It implements the module's
// socket.Adapter and is safe for concurrent use.
//
// Its locks are taken in this order: the recovery's, the Membership's, a
// session's. All of them may be taken under a lock of the caller's.
type Adapter struct {
	events.EventEmitter
	*Membership

	// immutable
	proto     socket.Adapter
	nsp       socket.Namespace
	namespace string // its name
	hooks     Hooks
	encoder   Encoder
	log       *slog.Logger
	recovery  *recovery // nil: connection state recovery is off
}

var _ socket.Adapter = (*Adapter)(nil)

var errNoCluster = errors.New("this server is alone: there are no others to emit to")

// The methods below are the module's interface; it documents them.

func (a *Adapter) Prototype(p socket.Adapter) { a.proto = p }
func (a *Adapter) Proto() socket.Adapter      { return a.proto }
func (a *Adapter) Nsp() socket.Namespace      { return a.nsp }
func (a *Adapter) Init()                      {}
func (a *Adapter) Close()                     { a.hooks.Closed() }
func (a *Adapter) ServerCount() int64         { return 1 }

func (a *Adapter) Construct(nsp socket.Namespace) { a.nsp, a.namespace = nsp, nsp.Name() }

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

func (a *Adapter) SocketRooms(id socket.SocketId) *types.Set[socket.Room] {
	if rooms := a.roomsOf(id); rooms != nil {
		return types.NewSet(rooms...)
	}
	return nil
}

func (a *Adapter) AddAll(id socket.SocketId, rooms *types.Set[socket.Room]) {
	s, registered := a.nsp.Sockets().Load(id)
	if !registered && !a.recovery.restoring(id) {
		return // it has left: DelAll would not be called for it again
	}
	entered, created := a.join(id, rooms.Keys())
	for _, room := range created {
		a.Emit("create-room", room)
	}
	for _, room := range entered {
		a.Emit("join-room", room, id)
	}
	// The module joins each socket to the room of its own id as it connects. The
	// rooms of a restored session are joined before, without a socket yet.
	own := socket.Room(id)
	if !registered || !rooms.Has(own) {
		return
	}
	if m := a.Find(id); m == nil || !a.Connected(m) {
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
	a.recovery.remove(id)
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
	for _, r := range a.receivers(targetOf(&socket.BroadcastOptions{Rooms: rooms})) {
		ids.Add(r.Member.ID)
	}
	return ids
}

func (a *Adapter) FetchSockets(opts *socket.BroadcastOptions) func(func([]socket.SocketDetails, error)) {
	return func(callback func([]socket.SocketDetails, error)) {
		var details []socket.SocketDetails
		a.eachSocket(targetOf(opts), func(s *socket.Socket) { details = append(details, s) })
		callback(details, nil)
	}
}

func (a *Adapter) AddSockets(opts *socket.BroadcastOptions, rooms []socket.Room) {
	a.eachSocket(targetOf(opts), func(s *socket.Socket) { s.Join(rooms...) })
}

func (a *Adapter) DelSockets(opts *socket.BroadcastOptions, rooms []socket.Room) {
	a.eachSocket(targetOf(opts), func(s *socket.Socket) {
		for _, room := range rooms {
			s.Leave(room)
		}
	})
}

func (a *Adapter) DisconnectSockets(opts *socket.BroadcastOptions, closeConnection bool) {
	a.eachSocket(targetOf(opts), func(s *socket.Socket) { s.Disconnect(closeConnection) })
}

func (a *Adapter) Broadcast(p *parser.Packet, opts *socket.BroadcastOptions) {
	p.Nsp = a.namespace
	to := targetOf(opts)
	a.notifyOutgoing(p, to)
	a.broadcast(typeOf(p), p.Id, p.Data, to)
}

// BroadcastWithAck calls ack for each receiver's acknowledgement, and counted
// with how many to expect.
func (a *Adapter) BroadcastWithAck(p *parser.Packet, opts *socket.BroadcastOptions, counted func(uint64), ack socket.Ack) {
	id := a.nsp.Ids() // common to the namespace: one number serves all receivers
	p.Nsp, p.Id = a.namespace, &id
	to := targetOf(opts)
	a.notifyOutgoing(p, to)
	count := uint64(0)
	var b engine.Batch
	if packets := a.encode(typeOf(p), p.Id, p.Data); packets != nil {
		for _, r := range a.receivers(to) {
			if s, ok := a.nsp.Sockets().Load(r.Member.ID); ok {
				s.Acks().Store(id, ack)
				b.Send(r.Session, packets...)
				count++
			}
		}
	}
	b.Flush()
	counted(count)
}

func (a *Adapter) PersistSession(s *socket.SessionToPersist) {
	if a.recovery == nil {
		return
	}
	if m := a.Find(s.Sid); m != nil && !a.hooks.Recoverable(m) {
		return
	}
	a.recovery.persist(string(s.Pid), persistedSession{id: s.Sid, rooms: s.Rooms.Keys(), data: s.Data})
}

func (a *Adapter) RestoreSession(pid socket.PrivateSessionId, offset string) (*socket.Session, error) {
	if a.recovery == nil {
		return nil, nil
	}
	s, missed, ok := a.recovery.restore(string(pid), offset)
	if !ok {
		return nil, nil
	}
	session := &socket.Session{SessionToPersist: &socket.SessionToPersist{
		Sid:   s.id,
		Pid:   pid,
		Rooms: types.NewSet(s.rooms...),
		Data:  s.data,
	}}
	for _, e := range missed {
		session.MissedPackets = append(session.MissedPackets, missedEvent{e.packets})
	}
	return session, nil
}

// missedEvent is an encoded event in the MissedPackets of a session. The module
// passes it on as the data of a packet, which Encoder.Module encodes.
type missedEvent struct{ packets []*packet.Packet }

// Module encodes a packet of the module's. It fails for data that the format
// cannot express.
func (e Encoder) Module(p *parser.Packet) ([]*packet.Packet, error) {
	if m, ok := p.Data.(missedEvent); ok {
		return m.packets, nil
	}
	return e.Packet(typeOf(p), p.Nsp, p.Id, p.Data)
}

// typeOf returns the type of a packet of the module's, an invalid one for an
// invalid one.
func typeOf(p *parser.Packet) codec.Type { return codec.Type(p.Type - parser.CONNECT) }

// targetOf returns whom a broadcast with these options is for.
func targetOf(opts *socket.BroadcastOptions) (t target) {
	if opts == nil {
		return t
	}
	if opts.Rooms != nil && opts.Rooms.Len() > 0 {
		t.rooms = opts.Rooms.Keys()
	}
	if opts.Except != nil {
		t.except = opts.Except.Keys()
	}
	t.volatile = opts.Flags != nil && opts.Flags.Volatile
	return t
}

// notifyOutgoing calls the receivers' listeners for outgoing packets. They are an
// application's, and may emit: no lock is held.
func (a *Adapter) notifyOutgoing(p *parser.Packet, to target) {
	a.eachSocket(to, func(s *socket.Socket) {
		if len(s.ListenersAnyOutgoing()) > 0 {
			s.NotifyOutgoingListeners()(p)
		}
	})
}

func (a *Adapter) eachSocket(to target, f func(*socket.Socket)) {
	for _, r := range a.receivers(to) {
		if s, ok := a.nsp.Sockets().Load(r.Member.ID); ok {
			f(s)
		}
	}
}
