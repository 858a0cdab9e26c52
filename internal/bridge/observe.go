package bridge

import (
	"net/url"
	"slices"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/engine"
	"signaling/internal/packet"
	"signaling/internal/rooms"
)

// namespace is one namespace: its adapter, and the rooms that its clients join.
// It implements the adapter's hooks.
//
// Guards around the emitters of namespaces and sockets keep a panicking listener
// from ending the process. They also show when the module has run the last
// listener of a connect or disconnect.
type namespace struct {
	b       *Bridge
	adapter *adapter.Adapter
	rooms   *rooms.Rooms
}

// newNamespace returns the hooks of a new adapter.
func (b *Bridge) newNamespace(a *adapter.Adapter) adapter.Hooks {
	e := a.Nsp().EventEmitter()
	if _, guarded := e.EventEmitter.(*namespaceGuard); !guarded {
		e.EventEmitter = &namespaceGuard{e.EventEmitter, b}
	}
	if a.Nsp().Name() == "/" { // the others are announced when they can be found
		b.made(a.Nsp())
	}
	return &namespace{b, a, rooms.New(a)}
}

// guardSockets makes the first middleware of a namespace guard its sockets,
// before anybody else can see them, and turn away whom nobody shall see.
func (b *Bridge) guardSockets(nsp socket.Namespace) {
	nsp.Fns().Unshift(func(s *socket.Socket, next func(*socket.ExtendedError)) {
		guardSocket(s)
		next(b.admits(s))
	})
}

func guardSocket(s *socket.Socket) {
	c, ok := s.Conn().(*conn)
	if _, guarded := s.StrictEventEmitter.EventEmitter.(*socketGuard); ok && !guarded {
		s.StrictEventEmitter.EventEmitter = &socketGuard{s.StrictEventEmitter.EventEmitter, c, s}
	}
}

// Closed removes the namespace from those that the module can find.
func (n *namespace) Closed() { n.b.namespaces.Delete(n.adapter.Nsp().Name()) }

// Recoverable reports whether the member is in no room: one in rooms leaves them
// with its connection, and comes back as a new client.
func (n *namespace) Recoverable(m *adapter.Member) bool { return !n.rooms.HasJoined(m) }

// Connecting guards a socket, and holds its CONNECT reply back until admit.
func (n *namespace) Connecting(s *socket.Socket) {
	c, ok := s.Conn().(*conn)
	if !ok {
		return
	}
	guardSocket(s) // a recovered one has skipped the middlewares
	h := s.Handshake()
	h.Auth = handshakeAuth(h.Auth)
	h.Headers = c.session.Header() // the module's copy is a kilobyte for each client
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connecting = connecting{namespace: n, id: s.Id()}
}

// connecting is a socket that the module is connecting, and its CONNECT reply
// once the module has written it.
type connecting struct {
	namespace *namespace // nil with an id: the socket is refused, see refuse
	id        socket.SocketId
	reply     []*packet.Packet
}

// holdReply keeps the CONNECT reply until the module has registered the socket.
// It reports false if none is connecting.
func (c *conn) holdReply(reply []*packet.Packet) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connecting.reply = reply
	return c.connecting.namespace != nil
}

// admit sends the CONNECT reply and makes the socket reachable: in this order
// to the others, so that nothing overtakes the reply, but at once, so that
// whoever has seen it is heard and hears. The rooms that the client arrives in
// it is in from the first, or else it is refused.
func (c *conn) admit(s *socket.Socket) *rooms.Refusal {
	entries, limits, refusal := c.roomsOnConnect(s)
	var b engine.Batch
	defer b.Flush()
	c.mu.Lock()
	defer c.mu.Unlock() // held, so that a member which leaves at once finds its membership
	if c.pending != nil {
		c.pending.running, c.pending.socket = true, s.Id()
	}
	joining := c.connecting
	c.connecting = connecting{}
	if joining.namespace == nil || refusal != nil {
		return refusal
	}
	m, refusal := joining.namespace.rooms.Connect(&b, joining.id, c.session, joining.reply, entries, limits)
	if m != nil {
		c.stopJoinTimeoutLocked()
		c.memberships = append(c.memberships, membership{joining.namespace, m})
	}
	return refusal
}

// handshakeAuth gives auth the form that Node's has: an object even when there
// was none, and with plain strings where revision 3 took it from a query.
func handshakeAuth(auth any) any {
	switch auth := auth.(type) {
	case nil:
		return map[string]any{}
	case url.Values:
		plain := make(map[string]any, len(auth))
		for key, values := range auth {
			plain[key] = values[len(values)-1]
		}
		return plain
	default:
		return auth
	}
}

// MemberLeft takes a member out of the clients' rooms and out of its connection's
// memberships.
func (n *namespace) MemberLeft(m *adapter.Member) {
	n.rooms.LeaveAll(m)
	s := m.Session()
	if s == nil {
		return
	}
	owner, ok := s.Value().(*conn)
	if !ok {
		return
	}
	owner.mu.Lock()
	defer owner.mu.Unlock()
	owner.memberships = slices.DeleteFunc(owner.memberships, func(in membership) bool { return in.member == m })
}

// joined returns the connection's membership of a namespace.
func (c *conn) joined(namespace string) (membership, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, in := range c.memberships {
		if in.adapter.Nsp().Name() == namespace {
			return in, true
		}
	}
	return membership{}, false
}

// namespaceGuard is the emitter of a namespace.
type namespaceGuard struct {
	events.EventEmitter
	b *Bridge
}

// Emit emits, and settles the connection of a socket whose last listener has
// run: "connection" is what the module emits last.
func (g *namespaceGuard) Emit(event events.EventName, args ...any) {
	if nsp, ok := first[socket.Namespace](args); ok && event == "new_namespace" {
		g.b.made(nsp)
	}
	var c *conn
	s, ok := first[*socket.Socket](args)
	if ok {
		c, ok = s.Conn().(*conn)
	}
	if !ok {
		g.EventEmitter.Emit(event, args...)
		return
	}
	switch event {
	case "connect": // emitted first, when the socket is registered
		if refusal := c.admit(s); refusal != nil {
			c.refuse(s, refusal)
			return
		}
	case "connection":
		if c.refused(s) {
			c.settle(s.Nsp().Name())
			return
		}
	}
	c.guard(func() { g.EventEmitter.Emit(event, args...) })
	if event == "connection" {
		c.connected(s.Nsp().Name())
	}
}

// first returns the first argument if it is a T.
func first[T any](args []any) (t T, ok bool) {
	if len(args) > 0 {
		t, ok = args[0].(T)
	}
	return t, ok
}

// socketGuard is the emitter of a connected socket.
type socketGuard struct {
	events.EventEmitter
	c *conn
	s *socket.Socket
}

// Emit emits, and settles the connection of a socket that has been
// disconnected: "disconnecting" is what the module emits first, "disconnect"
// last.
func (g *socketGuard) Emit(event events.EventName, args ...any) {
	namespace := g.s.Nsp().Name()
	if reason, ok := first[string](args); ok && event == "disconnecting" {
		g.c.leavingBegun(namespace, g.s.Id())
		g.c.ending(namespace, reason)
	}
	g.c.guard(func() { g.EventEmitter.Emit(event, args...) })
	if event == "disconnect" && !g.c.refusing() {
		g.c.left(namespace, g.s.Id())
	}
}
