package bridge

import (
	"sync"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// Event is one event from a client, on its way to a Handler. It belongs to the
// goroutine that handles it and is valid during the call, with its arguments.
type Event struct {
	in     membership
	packet *codec.Packet
	batch  *engine.Batch
	b      *Bridge
}

// Sender returns the id of the socket that sent the event.
func (e *Event) Sender() socket.SocketId { return e.in.member.ID }

// Arg returns argument i, from 0, as it stood on the wire; the zero Value,
// written as null, when there are fewer.
func (e *Event) Arg(i int) codec.Value {
	if i >= len(e.packet.Args) {
		return codec.Value{}
	}
	return e.packet.Args[i]
}

// Broadcast sends an event to everyone else in the sender's rooms, or if it is
// in none, to everyone else in the namespace who is in none.
func (e *Event) Broadcast(name string, args ...codec.Value) {
	e.in.rooms.Relay(e.batch, e.in.member, nil, name, args...)
}

// To sends an event to those that Broadcast would reach and that are in any of
// the rooms, each once. Every socket is in the room of its own id; other rooms
// are those that a program has joined it to, or that it has joined itself.
func (e *Event) To(to []socket.Room, name string, args ...codec.Value) {
	e.in.rooms.Relay(e.batch, e.in.member, to, name, args...)
}

// Ignored notes, at debug level, that the event means nothing.
func (e *Event) Ignored(why string) {
	e.b.log.Debug("event ignored", "event", e.packet.Name, "from", e.Sender(), "reason", why)
}

// dispatch handles an event to its end: first by our handler, then by the
// listeners that the socket has in the module.
func (c *conn) dispatch(b *engine.Batch, in membership, p *codec.Packet) {
	if !p.HasName {
		return // a bare "2", which Node takes and forgets
	}
	if h := c.b.handlers[route{in.adapter.Nsp().Name(), p.Name}]; h != nil {
		c.event = Event{in: in, packet: p, batch: b, b: c.b}
		h(&c.event)
		c.event = Event{}
	}
	if s, ok := in.socket(); ok {
		c.emit(b, s, p)
	}
}

// emit calls the listeners that a socket has for an event.
func (c *conn) emit(b *engine.Batch, s *socket.Socket, p *codec.Packet) {
	catchAll, middlewares := s.ListenersAny(), middlewaresOf(s)
	if len(catchAll) == 0 && len(middlewares) == 0 && s.ListenerCount(events.EventName(p.Name)) == 0 {
		return
	}
	args := append(make([]any, 0, 2+len(p.Args)), p.Name)
	args = append(args, values(p.Args)...)
	if p.HasID {
		args = append(args, c.ack(s.Nsp().Name(), p.ID))
	}
	b.MayBlock()
	for _, listen := range catchAll {
		listen(args...)
	}
	c.pass(s, middlewares, args)
}

// ack returns the function that acknowledges an event, once.
func (c *conn) ack(namespace string, id uint64) socket.Ack {
	var once sync.Once
	return func(args []any, _ error) {
		once.Do(func() { c.acknowledge(namespace, id, args) })
	}
}

func (c *conn) acknowledge(namespace string, id uint64, args []any) {
	if args == nil {
		args = []any{}
	}
	packets, err := c.b.encoder.Module(&parser.Packet{Type: parser.ACK, Nsp: namespace, Id: &id, Data: args})
	if err != nil {
		c.b.log.Error("acknowledgement not sent: its data cannot be encoded", "namespace", namespace, "error", err)
		return
	}
	c.session.Send(packets...)
}
