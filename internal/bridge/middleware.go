package bridge

import (
	"reflect"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"
)

// middlewaresField is where a socket keeps the functions given to its Use. The
// module runs them in goroutines of its own, which would lose the order of the
// events, and does not show them; a test tells should the field not be there.
var middlewaresField, _ = reflect.TypeFor[socket.Socket]().FieldByName("fns")

// middlewaresOf returns the socket's middlewares for single events.
func middlewaresOf(s *socket.Socket) []socket.SocketMiddleware {
	field := reflect.ValueOf(s).Elem().FieldByIndex(middlewaresField.Index)
	return (*types.Slice[socket.SocketMiddleware])(field.UnsafePointer()).All()
}

// pass takes an event through the middlewares to the listeners. What a
// middleware refuses goes to the socket's listeners for "error".
//
// A middleware that calls next before it returns keeps the order of the events;
// one that calls it later lets the next event overtake, as in Node.
func (c *conn) pass(s *socket.Socket, middlewares []socket.SocketMiddleware, event []any) {
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
			c.pass(s, middlewares[1:], event)
		})
	})
}
