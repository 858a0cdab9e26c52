package bridge

import (
	"net/url"
	"runtime/debug"
	"slices"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
	"signaling/internal/rooms"
)

// observer puts guards around the emitters of namespaces and sockets: they
// keep a panicking listener from ending the process, and tell when the module
// has run the last listener of a connect or disconnect.
type observer struct{ b *Bridge }

func (o observer) NamespaceCreated(a *rooms.Adapter) {
	o.b.adapters.Store(a.Nsp().Name(), a)
	e := a.Nsp().EventEmitter()
	if _, guarded := e.EventEmitter.(*namespaceGuard); !guarded {
		e.EventEmitter = &namespaceGuard{e.EventEmitter, o.b}
	}
}

func (o observer) NamespaceClosed(a *rooms.Adapter) { o.b.adapters.Delete(a.Nsp().Name()) }

func (o observer) Connecting(a *rooms.Adapter, s *socket.Socket) {
	c, ok := s.Conn().(*conn)
	if !ok {
		return
	}
	s.StrictEventEmitter.EventEmitter = &socketGuard{s.StrictEventEmitter.EventEmitter, c, a.Nsp().Name()}
	h := s.Handshake()
	h.Auth = handshakeAuth(h.Auth)
	h.Headers = c.session.Request().Header // the module's copy is a kilobyte for each client
	c.mu.Lock()
	defer c.mu.Unlock()
	c.connecting = connecting{a, s.Id()}
}

// connecting is a socket whose CONNECT reply the module is about to write.
type connecting struct {
	adapter *rooms.Adapter
	id      socket.SocketId
}

// admit sends the CONNECT reply and makes the socket reachable: in this order
// to the others, so that nothing overtakes the reply, but at once, so that
// whoever has seen it is heard and hears.
func (c *conn) admit(reply []*engine.Packet) {
	c.mu.Lock()
	joining := c.connecting
	c.connecting = connecting{}
	c.mu.Unlock()
	var b engine.Batch
	b.Send(c.session, reply...)
	if joining.adapter != nil {
		if m, ok := joining.adapter.Connect(&b, joining.id, c.session); ok {
			c.mu.Lock()
			c.memberships = append(c.memberships, membership{joining.adapter, m})
			c.mu.Unlock()
		}
	}
	b.Flush()
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

func (o observer) Left(a *rooms.Adapter, m *rooms.Member) {
	c := m.Connection()
	if c == nil {
		return
	}
	owner, ok := c.Value().(*conn)
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
	s, ok := first(args)
	if !ok {
		g.EventEmitter.Emit(event, args...)
		return
	}
	c, ok := s.Conn().(*conn)
	if !ok {
		g.EventEmitter.Emit(event, args...)
		return
	}
	c.guard(func() { g.EventEmitter.Emit(event, args...) })
	if event == "connection" {
		c.settle(s.Nsp().Name())
	}
}

func first(args []any) (*socket.Socket, bool) {
	if len(args) == 0 {
		return nil, false
	}
	s, ok := args[0].(*socket.Socket)
	return s, ok
}

// socketGuard is the emitter of a connected socket.
type socketGuard struct {
	events.EventEmitter
	c         *conn
	namespace string
}

// Emit emits, and settles the connection of a socket that has been
// disconnected: "disconnect" is what the module emits last.
func (g *socketGuard) Emit(event events.EventName, args ...any) {
	g.c.guard(func() { g.EventEmitter.Emit(event, args...) })
	if event == "disconnect" {
		g.c.settle(g.namespace)
	}
}

// guard runs f. A panic in it ends this session and no other.
func (c *conn) guard(f func()) {
	defer c.recovered()
	f()
}

// recovered, deferred, turns a panic into a log line and the end of the session.
func (c *conn) recovered() {
	if p := recover(); p != nil {
		c.b.log.Error("panic in a handler: its session is closed", "panic", p, "stack", string(debug.Stack()))
		c.session.Close()
	}
}
