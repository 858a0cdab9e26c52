package bridge

import (
	"strings"

	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// router is the engine's handler: it receives what happens to the sessions.
type router struct{ b *Bridge }

// Opened registers the session with the module only if that, or a listener of the
// application's, has something to do at once: the module connects a client of
// revision 3 to the namespace "/" by itself. Others are registered with their
// first packet, so that the handshake alone costs nothing there.
func (r router) Opened(s *engine.Session, b *engine.Batch) {
	c := &conn{b: r.b, session: s, budget: r.b.newBudget()}
	c.decoder.Format, c.decoder.Names = r.b.encoder.Format, r.b.names
	s.SetValue(c)
	r.b.connectionOpened()
	c.state.startJoinTimer(r.b.connectTimeout(), func() { c.Close(true) })
	if s.Revision() == packet.Revision3 {
		c.begin("/", checking)
	}
	if s.Revision() == packet.Revision3 || r.b.base.hasSessionListeners() {
		c.register(b)
	}
}

// Closed reports the end of the session to the module.
func (r router) Closed(s *engine.Session, reason engine.Reason) {
	c := s.Value().(*conn)
	defer c.recovered()
	c.countEnd(reason)
	c.follow(c.state.ended(reason))
}

// Received decodes a message and routes the packet that it completes, if any.
func (r router) Received(s *engine.Session, b *engine.Batch, data []byte, binary bool) {
	c := s.Value().(*conn)
	defer c.recovered()
	c.waitForOperation(b)
	c.register(b)
	if !s.Open() {
		return
	}
	if c.budget != nil {
		c.budget.size += len(data)
	}
	var p *codec.Packet
	var err error
	if binary {
		p, err = c.decoder.Binary(data)
	} else {
		p, err = c.decoder.Text(data)
	}
	switch {
	case err != nil:
		c.b.log.Debug("packet refused: its session is closed", "session", s.ID(), "error", err)
		b.MayBlock()
		c.emitDecodeError(err)
	case p != nil:
		if c.withinRates(p) {
			c.route(b, p)
		}
		c.decoder.Release() // an idle connection does not keep its last message
	}
}

// route passes a packet on according to its type. A packet that the state of the
// connection does not allow closes the session.
func (c *conn) route(b *engine.Batch, p *codec.Packet) {
	namespace, query := p.Namespace, ""
	if c.session.Revision() == packet.Revision3 {
		namespace, query, _ = strings.Cut(namespace, "?")
	}
	in, joined := c.state.joined(namespace)
	if joined == (p.Type == codec.Connect) || p.Type == codec.ConnectError {
		c.b.log.Debug("packet out of place: its session is closed",
			"session", c.session.ID(), "type", p.Type, "namespace", namespace)
		c.session.Close()
		return
	}
	switch p.Type {
	case codec.Connect:
		if !c.withinNamespaces(namespace) {
			return
		}
		b.MayBlock() // middleware
		c.connect(namespace, query, p)
	case codec.Disconnect:
		c.disconnect(namespace)
	case codec.Ack, codec.BinaryAck:
		b.MayBlock()
		c.acknowledged(in, p)
	default:
		c.dispatch(b, in, p)
	}
}

// dispatch handles an event to its end: first by our handler, then by the
// module's listeners.
func (c *conn) dispatch(b *engine.Batch, in membership, p *codec.Packet) {
	if !p.HasName {
		return // a bare "2", which Node ignores too
	}
	if h := c.b.handlers[route{in.name, p.Name}]; h != nil {
		c.event = Event{in: in, packet: p, batch: b}
		h(&c.event)
		c.event = Event{}
	}
	c.emitEvent(b, in, p)
}
