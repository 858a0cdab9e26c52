package bridge

import (
	"sync"
	"sync/atomic"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/rooms"
)

// namespace is a namespace of the module's: its adapter, and the rooms that its
// clients join. It implements the adapter's hooks.
//
// Guards around the emitters of namespaces and sockets keep a panicking listener
// from ending the process. They also show when the module has run the last
// listener of a CONNECT or DISCONNECT.
type namespace struct {
	b       *Bridge
	name    string
	adapter *adapter.Adapter
	rooms   *rooms.Rooms
}

// newNamespace returns the hooks of a new adapter.
func (b *Bridge) newNamespace(a *adapter.Adapter) adapter.Hooks {
	e := a.Nsp().EventEmitter()
	if _, guarded := e.EventEmitter.(*namespaceGuard); !guarded {
		e.EventEmitter = &namespaceGuard{e.EventEmitter, b}
	}
	if a.Nsp().Name() == "/" { // for the others the module emits new_namespace
		b.namespaceCreated(a.Nsp())
	}
	return &namespace{b, a.Nsp().Name(), a, rooms.New(a)}
}

// namespaceCreated notes a namespace that the module can find from now on.
func (b *Bridge) namespaceCreated(nsp socket.Namespace) {
	b.guardSockets(nsp)
	b.namespaces.Store(nsp.Name(), nsp)
	b.creations.created(nsp.Name())
}

// Closed removes the namespace from those that the module can find.
func (n *namespace) Closed() { n.b.namespaces.Delete(n.name) }

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
	c.state.hold(n, s.Id())
}

// MemberLeft takes a member out of the clients' rooms and out of its connection's
// memberships.
func (n *namespace) MemberLeft(m *adapter.Member) {
	n.rooms.LeaveAll(m)
	s := m.Session()
	if s == nil {
		return
	}
	if c, ok := s.Value().(*conn); ok {
		c.state.remove(m)
	}
}

// creations lets one namespace at a time come into being: the module looks for it
// and makes it in two steps, and two clients would get one each.
type creations struct {
	slot    chan struct{} // of one element, which is there during a creation
	current atomic.Pointer[creation]
}

type creation struct {
	namespace string
	release   func() // gives back the slot; may be called twice
}

// begin takes the slot for a namespace that may come into being. It waits for the
// slot, and returns what releases it. That happens before if the namespace comes
// into being: what follows are middlewares, which may take long.
func (c *creations) begin(namespace string) (release func()) {
	c.slot <- struct{}{}
	release = sync.OnceFunc(func() { <-c.slot })
	c.current.Store(&creation{namespace, release})
	return release
}

// created releases the slot if it was taken for the namespace.
func (c *creations) created(namespace string) {
	if current := c.current.Load(); current != nil && current.namespace == namespace {
		current.release()
	}
}

// guardSockets makes the first middleware of a namespace guard its sockets,
// before anything else can see them, and ask the admission.
func (b *Bridge) guardSockets(nsp socket.Namespace) {
	nsp.Fns().Unshift(func(s *socket.Socket, next func(*socket.ExtendedError)) {
		guardSocket(s)
		next(b.checkAdmission(s))
	})
}

func guardSocket(s *socket.Socket) {
	c, ok := s.Conn().(*conn)
	if _, guarded := s.StrictEventEmitter.EventEmitter.(*socketGuard); ok && !guarded {
		s.StrictEventEmitter.EventEmitter = &socketGuard{s.StrictEventEmitter.EventEmitter, c, s}
	}
}

// namespaceGuard is the emitter of a namespace.
type namespaceGuard struct {
	events.EventEmitter
	b *Bridge
}

// Emit emits an event. For a socket that the module connects it emits "connect"
// first, when the socket is registered, and "connection" last.
func (g *namespaceGuard) Emit(event events.EventName, args ...any) {
	if nsp, ok := first[socket.Namespace](args); ok && event == "new_namespace" {
		g.b.namespaceCreated(nsp)
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
	switch {
	case event == "connect" && !c.admit(s):
		return
	case event == "connection" && c.state.refusalDone(s.Id()):
	default:
		c.guard(func() { g.EventEmitter.Emit(event, args...) })
	}
	if event == "connection" {
		c.follow(c.state.listenersDone(s.Nsp().Name(), s.Id()))
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

// Emit emits an event. For a socket that the module disconnects it emits
// "disconnecting" first and "disconnect" last.
func (g *socketGuard) Emit(event events.EventName, args ...any) {
	namespace := g.s.Nsp().Name()
	if reason, ok := first[string](args); ok && event == "disconnecting" {
		g.c.state.leaveBegun(namespace, g.s.Id())
		if in, joined := g.c.state.joined(namespace); joined {
			in.rooms.Disconnecting(in.member, reason)
		}
	}
	g.c.guard(func() { g.EventEmitter.Emit(event, args...) })
	if event == "disconnect" && !g.c.state.refusing(namespace) {
		g.c.follow(g.c.state.left(namespace, g.s.Id()))
	}
}
