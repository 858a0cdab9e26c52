// Package bridge plugs our engine, codec and rooms into the socket.io/v2
// module through its own extension points.
//
// The module keeps what it is good for: namespaces, middleware, handshakes,
// its API of sockets and rooms. What carries traffic goes past it: an event is
// routed in the goroutine that read it, to a handler of ours or to the
// module's listeners, one after the other and each to its end.
package bridge

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// Handler handles one event. The event is valid during the call.
type Handler func(*Event)

// Bridge is a Socket.IO server: the module's, on our engine.
type Bridge struct {
	// immutable after New
	log     *slog.Logger
	io      *socket.Server
	engine  *engine.Server
	base    *base
	encoder adapter.Encoder
	cors    *engine.CORS // nil: no cross-origin headers
	path    string       // what the paths of the engine's requests begin with

	// immutable once the first request is served
	handlers  map[route]Handler
	names     codec.Names              // of the events that handlers are for
	joins     map[string]JoinOnConnect // by namespace
	admission Admission                // nil: everyone is let in
	limits    ClientLimits

	panics atomic.Uint64 // that were caught

	namespaces sync.Map // by name, those that the module can find
	census     census

	// creating is held while a namespace may come into being: the module looks
	// for it and makes it in two steps, and two clients would get one each.
	creating sync.Mutex
	created  atomic.Pointer[creation]

	closing atomic.Bool // no connects any more
}

// route says which events a handler is for.
type route struct{ namespace, event string }

// New returns a server with the module's options. The parser among them may be
// MessagePack; parser and adapter are set here. tune may set what only our
// engine knows.
func New(opts *socket.ServerOptions, log *slog.Logger, tune ...func(*engine.Options)) *Bridge {
	b := &Bridge{log: log, handlers: make(map[route]Handler), names: make(codec.Names), joins: make(map[string]JoinOnConnect)}
	b.encoder.Format = formatOf(opts)
	opts.SetParser(packetParser{b})
	opts.SetAdapter(&adapter.Builder{Hooks: b.newNamespace, Log: log, Encoder: b.encoder, Recovery: recoveryTime(opts)})
	b.io = socket.NewServer(nil, opts)
	b.base = newBase(b, opts)
	set := engineOptions(b.base, opts)
	for _, f := range tune {
		f(&set)
	}
	b.cors = set.CORS
	b.path = enginePath(b.base, opts)
	b.engine = engine.NewServer(set, router{b})
	b.io.Bind(b.base)
	return b
}

// Server returns the module's server, for namespaces, middleware, listeners
// and everything else that its API offers.
func (b *Bridge) Server() *socket.Server { return b.io }

// Engine returns the Engine.IO server as the module knows it.
func (b *Bridge) Engine() eio.BaseServer { return b.base }

// Handle routes an event of a namespace to h, before the listeners that the
// socket may have for it. It must be called before requests are served.
func (b *Bridge) Handle(namespace, event string, h Handler) {
	b.handlers[route{namespace, event}] = h
	b.names[event] = event
}

// Match tells whether a request is below the path that the options give, and
// meant for ServeHTTP.
func (b *Bridge) Match(r *http.Request) bool { return strings.HasPrefix(r.URL.EscapedPath(), b.path) }

// FastPath returns the handler of clients' requests to the path, if it needs
// nothing of net/http's but a http.ResponseWriter, and the longest body that they
// may have. It returns nil for other paths, and if the application takes part in
// serving requests: it may need all of net/http.
func (b *Bridge) FastPath(path string) (h http.Handler, limit int64) {
	if path != b.path || b.base.hasRequestHooks() {
		return nil, 0
	}
	return b, int64(b.engine.MaxPayload())
}

// ServeHTTP serves the Engine.IO requests.
func (b *Bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer b.guardRequest()
	b.engine.ServeHTTP(w, r)
}

// CORS wraps a handler whose answers other origins may read like the engine's.
func (b *Bridge) CORS(h http.Handler) http.Handler {
	if b.cors == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.cors.Apply(w, r) {
			h.ServeHTTP(w, r)
		}
	})
}

// Drain refuses new clients and disconnects those that are here, evenly over
// the given time. It returns when all have been told, or when ctx is done.
func (b *Bridge) Drain(ctx context.Context, over time.Duration) { b.engine.Drain(ctx, over) }

// connectsWait is how long Close waits for connects that are under way: a
// middleware may hold one for good.
const connectsWait = time.Second

// Close disconnects every client and refuses new ones.
func (b *Bridge) Close() {
	b.closing.Store(true)
	b.settleConnects()
	b.io.Close(nil)
}

// settleConnects waits until the module is done with what it does for clients.
// It would close a socket in the middle of its connecting, and one that is
// recovered gets its guard only then, see guardSocket.
func (b *Bridge) settleConnects() {
	timeout := time.After(connectsWait)
	for _, s := range b.engine.Sessions() {
		c, ok := s.Value().(*conn)
		if !ok {
			continue // it is just being opened
		}
		if op := c.operation(); op != nil {
			select {
			case <-op.done:
			case <-timeout:
				return
			}
		}
	}
}

// creation is a namespace that may come into being.
type creation struct {
	namespace string
	release   func() // lets others be made; may be called twice
}

// make starts the creation of a namespace and returns what ends it. It may end
// before, when made is called: what follows is middleware and may take long.
func (b *Bridge) make(namespace string) (end func()) {
	b.creating.Lock()
	end = sync.OnceFunc(b.creating.Unlock)
	b.created.Store(&creation{namespace, end})
	return end
}

// made notes a new namespace.
func (b *Bridge) made(nsp socket.Namespace) {
	b.guardSockets(nsp)
	b.namespaces.Store(nsp.Name(), nsp)
	if c := b.created.Load(); c != nil && c.namespace == nsp.Name() {
		c.release()
	}
}
