package bridge

import (
	"log/slog"
	"sync"

	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// module is the module's side of a Bridge.
type module struct {
	// immutable after New
	io   *socket.Server
	base *base

	namespaces  sync.Map // by name, those that the module can find
	creations   creations
	connections connectionCount
}

// httpContext is a request as the module has it.
type httpContext = types.HttpContext

// New returns a server with the module's options. The parser among them may be
// MessagePack; parser and adapter are set here. tune may change the options that
// only our engine has.
func New(opts *socket.ServerOptions, log *slog.Logger, tune ...func(*engine.Options)) *Bridge {
	b := &Bridge{
		log:      log,
		handlers: make(map[route]Handler),
		names:    make(codec.Names),
		joins:    make(map[string]JoinOnConnect),
	}
	b.creations.slot = make(chan struct{}, 1)
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

// Server returns the module's server, for namespaces, middlewares, listeners and
// all else that its API offers.
func (b *Bridge) Server() *socket.Server { return b.io }

// Engine returns the Engine.IO server as the module knows it.
func (b *Bridge) Engine() eio.BaseServer { return b.base }
