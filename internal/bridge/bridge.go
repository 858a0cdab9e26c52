package bridge

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// Handler handles one event. The event is valid during the call.
type Handler func(*Event)

// Bridge is a Socket.IO server: the module's API on our engine.
type Bridge struct {
	module

	// immutable after New
	log     *slog.Logger
	engine  *engine.Server
	encoder adapter.Encoder
	cors    *engine.CORS // nil: no cross-origin headers
	path    string       // the beginning of the paths of clients' requests

	// immutable once the first request is served
	handlers  map[route]Handler
	names     codec.Names              // of the events that handlers are for
	joins     map[string]JoinOnConnect // by namespace
	admission Admission                // nil: all are let in
	limits    ClientLimits

	panics  atomic.Uint64 // that were caught
	closing atomic.Bool   // CONNECTs are refused
}

// route is which events a handler is for.
type route struct{ namespace, event string }

// Handle routes an event of a namespace to h, before the listeners that the
// socket may have for it. It must be called before requests are served.
func (b *Bridge) Handle(namespace, event string, h Handler) {
	b.handlers[route{namespace, event}] = h
	b.names[event] = event
}

// Match reports whether a request is for ServeHTTP: its path is below the one in
// the options.
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

// CORS wraps a handler whose responses other origins may read like the engine's.
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

// Drain refuses new clients and disconnects those that are connected, evenly over
// the given time. It returns when all are being closed, or when ctx is done.
func (b *Bridge) Drain(ctx context.Context, over time.Duration) { b.engine.Drain(ctx, over) }

// closeTimeout is how long Close waits for operations that are under way.
const closeTimeout = time.Second

// Close disconnects every client and refuses new ones.
func (b *Bridge) Close() {
	b.closing.Store(true)
	b.waitForOperations()
	b.io.Close(nil)
}

// waitForOperations waits until the module works on nothing for any client. Else
// it would close a socket while connecting it, when one that is recovered has no
// guard yet: see guardSocket.
func (b *Bridge) waitForOperations() {
	timeout := time.After(closeTimeout)
	for _, s := range b.engine.Sessions() {
		c, ok := s.Value().(*conn)
		if !ok {
			continue // it is just being opened
		}
		if op := c.state.current(); op != nil {
			select {
			case <-op.completed:
			case <-timeout:
				return
			}
		}
	}
}
