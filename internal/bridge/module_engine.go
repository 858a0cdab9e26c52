package bridge

import (
	"net/http"

	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/engine.io/v2/utils"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
)

// base is our engine as the module's engine.BaseServer. The methods that the
// module does not call on an engine bound from outside are the embedded one's.
type base struct {
	eio.BaseServer
	b *Bridge
}

func newBase(b *Bridge, opts *socket.ServerOptions) *base {
	e := &base{BaseServer: eio.MakeBaseServer(), b: b}
	e.Prototype(e)
	plain := socket.DefaultServerOptions()
	plain.Assign(opts)
	plain.SetCors(nil) // our engine has its own: see corsOptions
	e.Construct(plain)
	return e
}

// Clients returns the connected clients, as a copy.
func (e *base) Clients() *types.Map[string, eio.Socket] {
	clients := &types.Map[string, eio.Socket]{}
	for _, s := range e.b.engine.Sessions() {
		if c, ok := s.Value().(*conn); ok {
			clients.Store(s.ID(), c)
		}
	}
	return clients
}

// ClientsCount returns how many clients are connected.
func (e *base) ClientsCount() uint64 { return uint64(e.b.engine.Count()) }

// Close closes every connection.
func (e *base) Close() eio.BaseServer {
	e.b.engine.Close()
	return e
}

// hasRequestHooks reports whether the application takes part in serving requests.
func (e *base) hasRequestHooks() bool {
	return len(e.Middlewares()) > 0 || e.ListenerCount("headers") > 0 ||
		e.ListenerCount("initial_headers") > 0 || e.ListenerCount("connection_error") > 0
}

// hasSessionListeners reports whether the application listens for sessions. The
// module has a listener, too.
func (e *base) hasSessionListeners() bool { return e.ListenerCount("connection") > 1 }

// runMiddleware runs the engine's middlewares, those of io.Engine().Use.
func (e *base) runMiddleware(w http.ResponseWriter, r *http.Request) (answered bool, err error) {
	if len(e.Middlewares()) == 0 {
		return false, nil
	}
	ctx := types.NewHttpContext(w, r)
	done := make(chan error, 1)
	e.ApplyMiddlewares(ctx, func(err error) { done <- err })
	select {
	case err = <-done:
	case <-ctx.Done(): // the middleware has responded, or the client is gone
		return true, nil
	}
	for name, values := range ctx.ResponseHeaders.All() {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	return false, err
}

// emitHeaders emits the events initial_headers and headers.
func (e *base) emitHeaders(h http.Header, r *http.Request, initial bool) {
	if e.ListenerCount("headers") == 0 && e.ListenerCount("initial_headers") == 0 {
		return
	}
	bag, ctx := utils.NewParameterBag(nil), requestContext(r)
	if initial {
		e.Emit("initial_headers", bag, ctx)
	}
	e.Emit("headers", bag, ctx)
	for name, values := range bag.All() {
		h[http.CanonicalHeaderKey(name)] = values
	}
}

// emitConnectionError emits the event connection_error.
func (e *base) emitConnectionError(r *http.Request, code engine.ErrorCode, message string, context map[string]any) {
	if e.ListenerCount("connection_error") == 0 {
		return
	}
	e.Emit("connection_error", &types.ErrorMessage{
		CodeMessage: &types.CodeMessage{Code: int(code), Message: message},
		Req:         requestContext(r),
		Context:     context,
	})
}

// requestContext wraps a request for the module. The context is done from the
// start: no response can be written through it.
func requestContext(r *http.Request) *types.HttpContext {
	ctx := types.NewHttpContext(detached{}, r)
	ctx.Flush() // ends the goroutine that the constructor starts
	return ctx
}

// detached is the response writer of a request that has its response.
type detached struct{}

func (detached) Header() http.Header         { return http.Header{} }
func (detached) Write(p []byte) (int, error) { return len(p), nil }
func (detached) WriteHeader(int)             {}

var _ events.EventEmitter = (*base)(nil)
