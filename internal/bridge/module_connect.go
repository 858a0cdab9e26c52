package bridge

import (
	"net/url"
	"strings"
	"time"

	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// connectTimeout is how long a client may take to join a namespace. The module
// has a timer of its own, which starts later, with register, and stops for a
// client that is refused.
func (m *module) connectTimeout() time.Duration { return m.io.ConnectTimeout() }

// register makes the session known to the module, once.
func (c *conn) register(b *engine.Batch) {
	if c.registered {
		return
	}
	c.registered = true
	b.MayBlock()
	c.guard(func() { c.b.base.Emit("connection", c) })
}

// emitDecodeError makes the module report the error to the sockets and close the
// connection.
func (c *conn) emitDecodeError(err error) { c.Emit("data", err) }

// connect makes the module connect the client to a namespace.
func (c *conn) connect(namespace, query string, p *codec.Packet) {
	connect := &parser.Packet{Type: parser.CONNECT, Nsp: namespace}
	if c.session.Revision() == packet.Revision3 {
		connect.Nsp = moduleURL(namespace, query)
	} else {
		connect.Data = c.b.auth(p)
	}
	c.begin(namespace, checking)
	if c.b.closing.Load() { // after begin, which Close looks for
		c.follow(c.state.rejected(namespace))
		c.session.Close()
		return
	}
	if _, known := c.b.namespaces.Load(namespace); !known {
		defer c.b.creations.begin(namespace)()
	}
	c.Emit("data", connect)
}

// disconnect makes the module disconnect the client from a namespace.
func (c *conn) disconnect(namespace string) {
	c.begin(namespace, leaveRequested)
	c.Emit("data", &parser.Packet{Type: parser.DISCONNECT, Nsp: namespace})
}

// moduleURL returns the namespace in the form that the module, which parses it as
// a URL for revision 3, takes the same path and the query out of.
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

// auth returns the auth object of a CONNECT, empty if there is none. The client of
// a lost session that has not received an event has no offset to name, without
// which the module would not look for the session: it gets one that means all.
func (b *Bridge) auth(p *codec.Packet) map[string]any {
	auth, ok := p.Payload().Any().(map[string]any)
	if !ok {
		return map[string]any{}
	}
	if b.io.Opts().GetRawConnectionStateRecovery() == nil {
		return auth
	}
	if _, lost := auth["pid"].(string); lost && auth["offset"] == nil {
		auth["offset"] = adapter.StartOffset
	}
	return auth
}

// handshakeAuth returns auth in the form of Node's: an object even if there was
// none, and with plain strings where revision 3 took it from a query.
func handshakeAuth(auth any) any {
	switch auth := auth.(type) {
	case nil:
		return map[string]any{}
	case url.Values:
		plain := make(map[string]any, len(auth))
		for key, values := range auth {
			plain[key] = values[len(values)-1]
		}
		return plain
	default:
		return auth
	}
}

// runMiddlewaresOfRecovered makes the module run the middlewares for a session
// that is recovered too, among them the one that asks the admission.
func (m *module) runMiddlewaresOfRecovered() {
	if r := m.io.Opts().GetRawConnectionStateRecovery(); r != nil {
		r.SetSkipMiddlewares(false)
	}
}

// checkAdmission asks the admission about a socket that is being connected. It
// returns nil if the socket is admitted.
func (b *Bridge) checkAdmission(s *socket.Socket) *socket.ExtendedError {
	c, ours := s.Conn().(*conn)
	if b.admission == nil || !ours {
		return nil
	}
	auth, _ := handshakeAuth(s.Handshake().Auth).(map[string]any)
	refusal := b.admission(Applicant{s.Nsp().Name(), auth, c.session.Request()})
	if refusal == nil {
		return nil
	}
	b.log.Debug("client refused", "session", c.session.ID(), "namespace", s.Nsp().Name(), "code", refusal.Code)
	// Clients of revision 3 get the data alone, which has the message too.
	return socket.NewExtendedError(refusal.Message, codec.Value{JSON: refusal.JSON()})
}

// admit admits the socket that the module has just registered, or refuses it.
func (c *conn) admit(s *socket.Socket) (admitted bool) {
	entries, capacity, refusal := c.roomsOnConnect(s)
	if refusal != nil {
		c.state.refuse(s.Id())
	} else {
		var b engine.Batch
		refusal = c.state.admit(&b, c.session, s.Id(), entries, capacity)
		b.Flush()
	}
	if refusal == nil {
		return true
	}
	s.Disconnect(false)
	c.session.Send(c.connectError(s.Nsp().Name(), refusal)...)
	return false
}

// roomsOnConnect returns the rooms that a socket joins as it connects. A session
// that is recovered joins none: it has those it was in.
func (c *conn) roomsOnConnect(s *socket.Socket) ([]RoomEntry, RoomCapacity, *Refusal) {
	j := c.b.joins[s.Nsp().Name()]
	if j == nil || s.Recovered() {
		return nil, RoomCapacity{}, nil
	}
	h := s.Handshake()
	auth, _ := h.Auth.(map[string]any)
	return j(Handshake{Query: h.Query, Auth: auth})
}

// connectError returns a CONNECT_ERROR as the client's revision reads it: revision
// 3 the data alone, which has the message too.
func (c *conn) connectError(namespace string, why *Refusal) []*packet.Packet {
	var data any = codec.Value{JSON: why.JSON()}
	if c.session.Revision() != packet.Revision3 {
		data = map[string]any{"message": why.Message, "data": data}
	}
	packets, err := c.b.encoder.Packet(codec.ConnectError, namespace, nil, data)
	if err != nil {
		c.b.log.Error("refusal not sent: it is no JSON", "namespace", namespace, "error", err)
	}
	return packets
}

// reportEnd reports the end of the session to the module.
func (c *conn) reportEnd(reason engine.Reason) {
	defer c.b.connectionClosed()
	c.Emit("close", string(reason), nil)
	c.disconnectSockets()
}

// disconnectSockets disconnects the sockets that the module has not: when it
// closes a connection while connecting it, it removes its listener for the end
// before the socket is registered.
func (c *conn) disconnectSockets() {
	for _, in := range c.state.allJoined() {
		if s, ok := in.socket(); ok {
			s.Disconnect(false)
		}
	}
}
