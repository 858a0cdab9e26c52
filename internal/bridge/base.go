package bridge

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/engine.io/v2/utils"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
	"signaling/internal/packet"
)

// base is our engine as the module's engine.BaseServer. What the module never
// calls on an engine that is bound from outside is left to the embedded one.
type base struct {
	eio.BaseServer
	b *Bridge
}

func newBase(b *Bridge, opts *socket.ServerOptions) *base {
	e := &base{BaseServer: eio.MakeBaseServer(), b: b}
	e.Prototype(e)
	plain := socket.DefaultServerOptions()
	plain.Assign(opts)
	plain.SetCors(nil) // our engine's own, see corsOptions
	e.Construct(plain)
	return e
}

// Clients returns a copy: who is connected now.
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

// engineOptions translates the module's options.
func engineOptions(e *base, opts *socket.ServerOptions) engine.Options {
	set := e.Opts() // with the module's defaults filled in
	o := engine.DefaultOptions()
	o.Transports = set.Transports().Keys()
	o.AllowUpgrades = set.AllowUpgrades()
	o.AllowRevision3 = set.AllowEIO3()
	o.PingInterval = set.PingInterval()
	o.PingTimeout = set.PingTimeout()
	o.UpgradeTimeout = set.UpgradeTimeout()
	o.MaxPayload = int(set.MaxHttpBufferSize())
	o.Cookie = sessionCookie(set.Cookie())
	o.CompressAbove = 0
	if c := set.HttpCompression(); c != nil {
		o.CompressAbove = leastSize(c.Threshold)
	}
	if c := set.PerMessageDeflate(); c != nil {
		o.DeflateAbove = leastSize(c.Threshold)
	}
	o.InitialPacket = initialPacket(set.InitialPacket())
	if c := opts.Cors(); c != nil && c.Origin != false { // for false, Node's package does nothing at all
		o.CORS = corsOptions(c)
	}
	if allow := set.AllowRequest(); allow != nil {
		o.AllowRequest = func(r *http.Request) error { return allow(requestContext(r)) }
	}
	o.Middleware = e.runMiddleware
	o.Headers = e.tellHeaders
	o.Refused = e.tellRefused
	return o
}

// leastSize translates a threshold: 0 has everything compressed, as in Node. A
// negative one stands for Node's false, which the module has no other way to say.
func leastSize(threshold int) int {
	if threshold < 0 {
		return 0
	}
	return max(threshold, 1)
}

// sessionCookie returns the cookie with the default that the module leaves out
// for the zero value of SameSite.
func sessionCookie(c *http.Cookie) *http.Cookie {
	if c == nil || c.SameSite != 0 {
		return c
	}
	lax := *c
	lax.SameSite = http.SameSiteLaxMode
	return &lax
}

// initialPacket reads the option once for all clients: text from the readers
// that the module takes for text, binary from any other.
func initialPacket(r io.Reader) *packet.Packet {
	if r == nil {
		return nil
	}
	data, err := io.ReadAll(r)
	if err != nil {
		panic(fmt.Sprintf("the option initialPacket cannot be read: %v", err))
	}
	switch r.(type) {
	case *types.StringBuffer, *strings.Reader:
		return packet.NewText(append(make([]byte, packet.Headroom), data...))
	default:
		return packet.NewBinary(data)
	}
}

// enginePath returns what the paths of the engine's requests begin with.
func enginePath(e *base, opts *socket.ServerOptions) string {
	if opts.GetRawPath() != nil {
		return e.ComputePath(opts)
	}
	usual := *opts
	usual.SetPath("/socket.io")
	return e.ComputePath(&usual)
}

// hasRequestHooks reports whether the application takes part in serving requests.
func (e *base) hasRequestHooks() bool {
	return len(e.Middlewares()) > 0 || e.ListenerCount("headers") > 0 ||
		e.ListenerCount("initial_headers") > 0 || e.ListenerCount("connection_error") > 0
}

// watched tells whether the application listens for sessions, as the module does.
func (e *base) watched() bool { return e.ListenerCount("connection") > 1 }

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
	case <-ctx.Done(): // the middleware has written an answer, or the client is gone
		return true, nil
	}
	for name, values := range ctx.ResponseHeaders.All() {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	return false, err
}

// tellHeaders emits the events initial_headers and headers.
func (e *base) tellHeaders(h http.Header, r *http.Request, initial bool) {
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

// tellRefused emits the event connection_error.
func (e *base) tellRefused(r *http.Request, code engine.ErrorCode, message string, context map[string]any) {
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
// start: nobody may answer through it.
func requestContext(r *http.Request) *types.HttpContext {
	ctx := types.NewHttpContext(detached{}, r)
	ctx.Flush() // ends the goroutine that the constructor starts
	return ctx
}

// detached is the response writer of a request that has its answer.
type detached struct{}

func (detached) Header() http.Header         { return http.Header{} }
func (detached) Write(p []byte) (int, error) { return len(p), nil }
func (detached) WriteHeader(int)             {}

// corsOptions translates the module's CORS options, which are those of the
// npm package cors. Origin may also be a func(origin string) bool.
func corsOptions(c *types.Cors) *engine.CORS {
	o := &engine.CORS{
		Credentials:    c.Credentials,
		Methods:        list(c.Methods),
		AllowedHeaders: list(c.AllowedHeaders),
		ExposedHeaders: list(c.ExposedHeaders),
		MaxAge:         c.MaxAge,
		SuccessStatus:  c.OptionsSuccessStatus,
		Continue:       c.PreflightContinue,
	}
	if o.AllowedHeaders == "" {
		o.AllowedHeaders = list(c.Headers)
	}
	if fixed, ok := c.Origin.(string); ok {
		o.Any = fixed == "*"
		o.Allow = func(string) string { return fixed }
		return o
	}
	o.Allow = func(origin string) string {
		if allows(c.Origin, origin) {
			return origin
		}
		return ""
	}
	return o
}

// allows tells whether rule, an Origin of the module's CORS options, lets origin in.
func allows(rule any, origin string) bool {
	switch rule := rule.(type) {
	case nil:
		return true
	case bool:
		return rule
	case string:
		return rule == origin
	case *regexp.Regexp:
		return rule.MatchString(origin)
	case func(string) bool:
		return rule(origin)
	case []any:
		for _, one := range rule {
			if allows(one, origin) {
				return true
			}
		}
	}
	return false
}

// list joins an option that is a string or several.
func list(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, ",")
	default:
		panic(fmt.Sprintf("cors: want a string or []string, not %T", v))
	}
}

var _ events.EventEmitter = (*base)(nil)
