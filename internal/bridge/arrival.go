package bridge

import (
	"time"

	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/packet"
	"signaling/internal/rooms"
)

type (
	// Room is the name of a room that a program joins sockets to.
	Room = adapter.Room
	// SocketID is the id of a client in a namespace, as other clients get it.
	SocketID = adapter.SocketID

	// RoomEntry is a client's request to be in a room.
	RoomEntry = rooms.Entry
	// RoomCapacity bounds how many clients fit into a room, and rooms into a client.
	RoomCapacity = rooms.Capacity
	// Refusal is why a client's request is refused.
	Refusal = rooms.Refusal
)

// Handshake is what a client has sent with its CONNECT.
type Handshake struct {
	Query map[string][]string // of the URL that opened its session
	Auth  map[string]any      // empty if it has sent none
}

// JoinOnConnect returns the rooms that a client joins with its CONNECT, or why it
// is refused: then it gets a CONNECT_ERROR. It is called from several goroutines
// at once.
type JoinOnConnect func(Handshake) ([]RoomEntry, RoomCapacity, *Refusal)

// JoinOnConnect sets the rooms that the clients of a namespace join with their
// CONNECT. It must be called before requests are served.
func (b *Bridge) JoinOnConnect(namespace string, j JoinOnConnect) { b.joins[namespace] = j }

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

// refuse takes a socket that the module has just registered out again, with a
// CONNECT_ERROR in the place of the CONNECT reply. Its "connection" listeners
// are not run; the module's coming to them ends the operation.
func (c *conn) refuse(s *socket.Socket, why *Refusal) {
	c.mu.Lock()
	c.connecting = connecting{id: s.Id()}
	c.mu.Unlock()
	s.Disconnect(false)
	c.session.Send(c.connectError(s.Nsp().Name(), why)...)
}

// refusing tells whether the socket that the module works on is being refused.
func (c *conn) refusing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connecting.namespace == nil && c.connecting.id != ""
}

// refused tells, once, whether the socket was refused.
func (c *conn) refused(s *socket.Socket) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.connecting.namespace != nil || c.connecting.id != s.Id() {
		return false
	}
	c.connecting = connecting{}
	return true
}

// expectJoining ends the session if it does not join a namespace in time. The
// module's clock begins when it is introduced, and is stopped for a client that
// is refused, too.
func (c *conn) expectJoining() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.joinTimeout = time.AfterFunc(c.b.io.ConnectTimeout(), func() {
		c.mu.Lock()
		waits := c.joinTimeout != nil
		c.mu.Unlock()
		if waits {
			c.Close(true)
		}
	})
}

func (c *conn) stopJoinTimeoutLocked() {
	if c.joinTimeout != nil {
		c.joinTimeout.Stop()
		c.joinTimeout = nil
	}
}

// connectError is a CONNECT_ERROR as the client's revision takes it: for
// revision 3 its data, which therefore has the message too.
func (c *conn) connectError(namespace string, why *Refusal) []*packet.Packet {
	var data any = codec.Value{JSON: why.JSON()}
	if c.session.Revision() != packet.Revision3 {
		data = map[string]any{"message": why.Message, "data": data}
	}
	packets, err := c.b.encoder.Module(&parser.Packet{Type: parser.CONNECT_ERROR, Nsp: namespace, Data: data})
	if err != nil {
		c.b.log.Error("refusal not sent: it is no JSON", "namespace", namespace, "error", err)
	}
	return packets
}

// ending records why a socket is being disconnected, for the others of its rooms.
func (c *conn) ending(namespace, reason string) {
	if in, joined := c.joined(namespace); joined {
		in.rooms.Disconnecting(in.member, reason)
	}
}
