package bridge

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
	"signaling/internal/packet"
)

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
	if c := opts.Cors(); c != nil && c.Origin != false { // with false, Node's package does nothing
		o.CORS = corsOptions(c)
	}
	if allow := set.AllowRequest(); allow != nil {
		o.AllowRequest = func(r *http.Request) error { return allow(requestContext(r)) }
	}
	o.Middleware = e.runMiddleware
	o.Headers = e.emitHeaders
	o.Refused = e.emitConnectionError
	return o
}

// leastSize translates a threshold. With 0 everything is compressed, as in Node. A
// negative one is Node's false, which the module cannot express otherwise.
func leastSize(threshold int) int {
	if threshold < 0 {
		return 0
	}
	return max(threshold, 1)
}

// sessionCookie returns the cookie with Node's default for SameSite, which the
// module does not set.
func sessionCookie(c *http.Cookie) *http.Cookie {
	if c == nil || c.SameSite != 0 {
		return c
	}
	lax := *c
	lax.SameSite = http.SameSiteLaxMode
	return &lax
}

// initialPacket reads the option once for all clients. It is text from the readers
// that are text to the module, and binary from any other.
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

// enginePath returns the beginning of the paths of the engine's requests.
func enginePath(e *base, opts *socket.ServerOptions) string {
	if opts.GetRawPath() != nil {
		return e.ComputePath(opts)
	}
	usual := *opts
	usual.SetPath("/socket.io")
	return e.ComputePath(&usual)
}

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

// allows reports whether rule, an Origin of the module's CORS options, allows
// origin.
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

// list joins an option that is a string or a list of strings.
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

// Node's default for maxDisconnectionDuration.
const defaultRecoveryTime = 2 * time.Minute

// recoveryTime returns how long a lost session can be recovered with the module's
// options, 0 if connection state recovery is off. It fills in Node's defaults,
// which the module does for an adapter of its own only.
func recoveryTime(opts *socket.ServerOptions) time.Duration {
	r := opts.ConnectionStateRecovery()
	if r == nil {
		return 0
	}
	if r.GetRawMaxDisconnectionDuration() == nil {
		r.SetMaxDisconnectionDuration(defaultRecoveryTime.Milliseconds())
	}
	if r.GetRawSkipMiddlewares() == nil {
		r.SetSkipMiddlewares(true)
	}
	return time.Duration(r.MaxDisconnectionDuration()) * time.Millisecond
}
