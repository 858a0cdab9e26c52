package bridge

import (
	"io"
	"net"
	"sync"
	"time"
	"weak"

	eiopacket "github.com/zishang520/engine.io-go-parser/packet"
	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// conn is one session as the module's engine.Socket, with what routing its
// packets needs.
type conn struct {
	emitter // the module's listeners

	// immutable
	b       *Bridge
	session *engine.Session

	// owned by the goroutine that receives
	decoder codec.Decoder
	event   Event
	budget  *budget // nil: nothing bounds it
	known   bool    // to the module

	mu sync.Mutex
	// guarded by mu
	memberships []membership   // the namespaces it has joined
	connecting  connecting     // the socket that is being admitted
	pending     *operation     // what the module is doing for it, if anything
	ended       *engine.Reason // the session's end, not told while something is pending
	told        bool           // the module knows of it
	joinTimeout *time.Timer    // nil: it has joined a namespace, or ended
	request     weak.Pointer[types.HttpContext]
}

// membership is a namespace that the connection has joined.
type membership struct {
	*namespace
	member *adapter.Member
}

var _ eio.Socket = (*conn)(nil)

// Session returns the engine's session.
func (c *conn) Session() *engine.Session { return c.session }

// The methods below are the module's interface; it documents them.

func (c *conn) Id() string      { return c.session.ID() }
func (c *conn) Protocol() int   { return int(c.session.Revision()) }
func (c *conn) Upgraded() bool  { return c.session.Upgraded() }
func (c *conn) Upgrading() bool { return c.session.Upgrading() }

// RemoteAddress returns the client's address, without the port.
func (c *conn) RemoteAddress() string {
	host, _, err := net.SplitHostPort(c.session.RemoteAddr())
	if err != nil {
		return c.session.RemoteAddr()
	}
	return host
}

// Request returns the request that opened the session. The context is made
// when asked for and kept only as long as somebody holds it: it is larger than
// everything else an idle connection needs.
func (c *conn) Request() *types.HttpContext {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx := c.request.Value()
	if ctx == nil {
		ctx = requestContext(c.session.Request())
		c.request = weak.Make(ctx)
	}
	return ctx
}

// ReadyState tells the module "open" until it has been told of the end, which
// waits for the operation that is pending: the module checks the state first
// and registers the socket later, and would keep one forever that ended between.
func (c *conn) ReadyState() string {
	c.mu.Lock()
	pending := c.pending != nil
	c.mu.Unlock()
	if pending || c.session.Open() {
		return "open"
	}
	return "closed"
}

// Write sends what the encoder made of a packet; the module's rooms and
// sockets, and applications of the Engine.IO server, send other text or bytes.
func (c *conn) Write(r io.Reader, _ *eiopacket.Options, sent eio.SendCallback) eio.Socket {
	switch data := r.(type) {
	case *encoded:
		c.writePacket(data)
	case *types.StringBuffer:
		c.session.Send(packet.NewText(append(make([]byte, packet.Headroom), data.Bytes()...)))
	default:
		if body, err := io.ReadAll(r); err == nil {
			c.session.Send(packet.NewBinary(body))
		}
	}
	if sent != nil {
		sent(c.Transport())
	}
	return c
}

func (c *conn) writePacket(p *encoded) {
	switch p.kind {
	case codec.Connect:
		if !c.holdReply(p.packets) {
			c.session.Send(p.packets...)
		}
	case codec.Disconnect:
		if c.refusing() {
			return // the client was never told that it is connected
		}
		c.beginLeaving(p.namespace)
		c.session.Send(p.packets...)
	case codec.ConnectError:
		c.session.Send(p.packets...)
		c.settle(p.namespace)
	default:
		c.session.Send(p.packets...)
	}
}

func (c *conn) Send(r io.Reader, opts *eiopacket.Options, sent eio.SendCallback) eio.Socket {
	return c.Write(r, opts, sent)
}

func (c *conn) Close(bool) {
	c.abort()
	c.session.Close()
}

// Transport describes the transport; it is not one to send through.
func (c *conn) Transport() transports.Transport {
	return &transport{Transport: transports.MakeTransport(), s: c.session}
}

// transport is the session's transport as the module asks about it.
type transport struct {
	transports.Transport
	s *engine.Session
}

func (t *transport) Name() string          { return t.s.Transport() }
func (t *transport) Sid() string           { return t.s.ID() }
func (t *transport) Protocol() int         { return int(t.s.Revision()) }
func (t *transport) Writable() bool        { return t.s.Writable() }
func (t *transport) HandlesUpgrades() bool { return t.s.Transport() == engine.WebSocket }

// Construct, MaybeUpgrade and SetReadyState are for engines that the module
// drives; ours drives itself.
func (c *conn) Construct(string, eio.BaseServer, transports.Transport, *types.HttpContext, int) {}
func (c *conn) MaybeUpgrade(transports.Transport)                                               {}
func (c *conn) SetReadyState(string)                                                            {}
