package bridge

import (
	"reflect"
	"sync"

	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// socket returns the module's socket for the membership.
func (in membership) socket() (*socket.Socket, bool) {
	return in.adapter.Nsp().Sockets().Load(in.member.ID)
}

// emitEvent calls the listeners that the module's socket has for an event.
func (c *conn) emitEvent(b *engine.Batch, in membership, p *codec.Packet) {
	s, ok := in.socket()
	if !ok {
		return
	}
	catchAll, middlewares := s.ListenersAny(), middlewaresOf(s)
	if len(catchAll) == 0 && len(middlewares) == 0 && s.ListenerCount(events.EventName(p.Name)) == 0 {
		return
	}
	args := append(make([]any, 0, 2+len(p.Args)), p.Name)
	args = append(args, values(p.Args)...)
	if p.HasID {
		args = append(args, c.ack(in.name, p.ID))
	}
	b.MayBlock()
	for _, listen := range catchAll {
		listen(args...)
	}
	c.runMiddlewares(s, middlewares, args)
}

func values(args []codec.Value) []any {
	decoded := make([]any, len(args))
	for i, arg := range args {
		decoded[i] = arg.Any()
	}
	return decoded
}

// middlewaresField is where a socket keeps the functions given to its Use. The
// module does not show them, and runs them in goroutines of its own, which would
// lose the order of the events. A test fails if the field is gone.
var middlewaresField, _ = reflect.TypeFor[socket.Socket]().FieldByName("fns")

// middlewaresOf returns the socket's middlewares for single events.
func middlewaresOf(s *socket.Socket) []socket.SocketMiddleware {
	field := reflect.ValueOf(s).Elem().FieldByIndex(middlewaresField.Index)
	return (*types.Slice[socket.SocketMiddleware])(field.UnsafePointer()).All()
}

// runMiddlewares passes an event through the middlewares to the listeners. If a
// middleware refuses it, the socket's listeners for "error" get the reason.
//
// A middleware that calls next before it returns keeps the order of the events.
// If it calls next later, the next event may overtake, as in Node.
func (c *conn) runMiddlewares(s *socket.Socket, middlewares []socket.SocketMiddleware, event []any) {
	if len(middlewares) == 0 {
		if name, ok := event[0].(string); ok && s.Connected() {
			s.EmitUntyped(name, event[1:]...)
		}
		return
	}
	middlewares[0](event, func(err error) {
		c.guard(func() { // it may be called in a goroutine of the middleware's
			if err != nil {
				s.EmitReserved("error", err)
				return
			}
			c.runMiddlewares(s, middlewares[1:], event)
		})
	})
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
	packets, err := c.b.encoder.Packet(codec.Ack, namespace, &id, args)
	if err != nil {
		c.b.log.Error("acknowledgement not sent: its data cannot be encoded", "namespace", namespace, "error", err)
		return
	}
	c.session.Send(packets...)
}

// acknowledged calls the function that waits for the acknowledgement, if any.
func (c *conn) acknowledged(in membership, p *codec.Packet) {
	s, ok := in.socket()
	if !ok || !p.HasID {
		return
	}
	if ack, waiting := s.Acks().LoadAndDelete(p.ID); waiting {
		ack(values(p.Args), nil)
	}
}
