package bridge

import (
	"net/url"
	"strings"

	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// router receives what the engine's sessions do.
type router struct{ b *Bridge }

// Opened makes the session known to the module if that, or a listener of the
// application's, has something to do at once: the module connects a client of
// revision 3 to the namespace "/" by itself. Others it gets to know with their
// first packet, so that a handshake alone costs it nothing.
func (r router) Opened(s *engine.Session, b *engine.Batch) {
	c := &conn{b: r.b, session: s, budget: r.b.newBudget()}
	c.decoder.Format, c.decoder.Names = r.b.encoder.Format, r.b.names
	s.SetValue(c)
	r.b.enter()
	c.expectJoining()
	if s.Revision() == packet.Revision3 {
		c.begin("/", true)
	}
	if s.Revision() == packet.Revision3 || r.b.base.watched() {
		c.introduce(b)
	}
}

// introduce makes the session known to the module, once.
func (c *conn) introduce(b *engine.Batch) {
	if c.known {
		return
	}
	c.known = true
	b.MayBlock()
	c.guard(func() { c.b.base.Emit("connection", c) })
}

// Closed tells the module that the session is over.
func (r router) Closed(s *engine.Session, reason engine.Reason) {
	c := s.Value().(*conn)
	defer c.recovered()
	c.countEnd(reason)
	c.end(reason)
}

// Received decodes a message and routes the packet it completes, if any.
func (r router) Received(s *engine.Session, b *engine.Batch, data []byte, binary bool) {
	c := s.Value().(*conn)
	defer c.recovered()
	c.wait(b)
	c.introduce(b)
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
		c.Emit("data", err) // the module tells the sockets and closes the connection
	case p != nil:
		if c.affords(p) {
			c.route(b, p)
		}
		c.decoder.Release() // an idle connection shall not hold its last message
	}
}

// route gives a packet to whom it is for. A packet that the connection's state
// does not allow closes it.
func (c *conn) route(b *engine.Batch, p *codec.Packet) {
	namespace, query := p.Namespace, ""
	if c.session.Revision() == packet.Revision3 {
		namespace, query, _ = strings.Cut(namespace, "?")
	}
	in, joined := c.joined(namespace)
	if joined == (p.Type == codec.Connect) || p.Type == codec.ConnectError {
		c.b.log.Debug("packet out of place: its session is closed",
			"session", c.session.ID(), "type", p.Type, "namespace", namespace)
		c.session.Close()
		return
	}
	switch p.Type {
	case codec.Connect:
		if !c.mayJoin(namespace) {
			return
		}
		b.MayBlock() // middleware
		c.connect(namespace, query, p)
	case codec.Disconnect:
		c.begin(namespace, false)
		c.Emit("data", &parser.Packet{Type: parser.DISCONNECT, Nsp: namespace})
	case codec.Ack, codec.BinaryAck:
		b.MayBlock()
		c.acknowledged(in, p)
	default:
		c.dispatch(b, in, p)
	}
}

// connect lets the module connect the client to a namespace.
func (c *conn) connect(namespace, query string, p *codec.Packet) {
	connect := &parser.Packet{Type: parser.CONNECT, Nsp: namespace}
	if c.session.Revision() == packet.Revision3 {
		connect.Nsp = moduleURL(namespace, query)
	} else {
		connect.Data = c.b.auth(p)
	}
	c.begin(namespace, true)
	if c.b.closing.Load() { // behind begin, which Close looks for
		c.settle(namespace)
		c.session.Close()
		return
	}
	if _, known := c.b.namespaces.Load(namespace); !known {
		defer c.b.make(namespace)()
	}
	c.Emit("data", connect)
}

// moduleURL returns the namespace in the form that the module, which parses it
// as a URL for revision 3, takes the same path and the query out of.
func moduleURL(namespace, query string) string {
	u := (&url.URL{Path: namespace}).EscapedPath()
	if rest, ok := strings.CutPrefix(u, "//"); ok {
		u = "/%2F" + rest // else the first part would be a host
	}
	if query != "" {
		u += "?" + query
	}
	return u
}

// acknowledged calls the function that waits for the acknowledgement. One that
// nobody waits for is ignored.
func (c *conn) acknowledged(in membership, p *codec.Packet) {
	s, ok := in.socket()
	if !ok || !p.HasID {
		return
	}
	if ack, waiting := s.Acks().LoadAndDelete(p.ID); waiting {
		ack(values(p.Args), nil)
	}
}

func (in membership) socket() (*socket.Socket, bool) {
	return in.adapter.Nsp().Sockets().Load(in.member.ID)
}

func values(args []codec.Value) []any {
	decoded := make([]any, len(args))
	for i, arg := range args {
		decoded[i] = arg.Any()
	}
	return decoded
}
