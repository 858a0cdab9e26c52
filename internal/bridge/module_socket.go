package bridge

import (
	"io"
	"net"
	"weak"

	eiopacket "github.com/zishang520/engine.io-go-parser/packet"
	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"

	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

var _ eio.Socket = (*conn)(nil)

// The methods below are the module's interface, engine.Socket, which documents
// them.

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

// Request returns the request that opened the session. The context is made on
// demand, and kept only while it is in use: it is larger than all else that an
// idle connection needs.
func (c *conn) Request() *types.HttpContext {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	ctx := c.request.Value()
	if ctx == nil {
		ctx = requestContext(c.session.Request())
		c.request = weak.Make(ctx)
	}
	return ctx
}

// ReadyState returns "open" during an operation too, even if the session has
// ended: see endDeferred.
func (c *conn) ReadyState() string {
	if c.state.current() != nil || c.session.Open() {
		return "open"
	}
	return "closed"
}

// Write sends an encoded packet, or any other text or bytes of an application that
// uses the Engine.IO server.
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
		if !c.state.holdReply(p.packets) {
			c.session.Send(p.packets...)
		}
	case codec.Disconnect:
		if c.state.refusing(p.namespace) {
			return
		}
		c.follow(c.state.announceLeave(p.namespace))
		c.session.Send(p.packets...)
	case codec.ConnectError:
		c.session.Send(p.packets...)
		c.follow(c.state.rejected(p.namespace))
	default:
		c.session.Send(p.packets...)
	}
}

func (c *conn) Send(r io.Reader, opts *eiopacket.Options, sent eio.SendCallback) eio.Socket {
	return c.Write(r, opts, sent)
}

func (c *conn) Close(bool) {
	c.cancel()
	c.session.Close()
}

// Transport returns a description of the transport. It sends nothing.
func (c *conn) Transport() transports.Transport {
	return &transport{Transport: transports.MakeTransport(), s: c.session}
}

// transport describes the session's transport to the module.
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
