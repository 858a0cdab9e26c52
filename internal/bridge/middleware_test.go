package bridge

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

func TestMiddlewaresOfEvents(t *testing.T) {
	pass := func(_ []any, next func(error)) { next(nil) }
	later := func(_ []any, next func(error)) { time.AfterFunc(10*time.Millisecond, func() { next(nil) }) }
	refuse := func(_ []any, next func(error)) { next(errors.New("not you")) }
	never := func([]any, func(error)) {}
	change := func(event []any, next func(error)) {
		event[1] = "changed"
		next(nil)
	}
	for _, row := range []struct {
		name        string
		middlewares []socket.SocketMiddleware
		want        string
	}{
		{"one that passes", []socket.SocketMiddleware{pass}, "42[\"heard\",1]"},
		{"several that pass", []socket.SocketMiddleware{pass, later, pass}, "42[\"heard\",1]"},
		{"one that changes the event", []socket.SocketMiddleware{pass, change}, "42[\"heard\",\"changed\"]"},
		{"one that refuses", []socket.SocketMiddleware{pass, refuse}, "42[\"error\",\"not you\"]"},
		{"none behind the one that refuses", []socket.SocketMiddleware{refuse, change}, "42[\"error\",\"not you\"]"},
		{"one that never goes on", []socket.SocketMiddleware{never}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := serve(t, options(), func(f *fixture) {
				f.onConnection("/", func(s *socket.Socket) {
					for _, m := range row.middlewares {
						s.Use(func(event []any, next func(error)) {
							if event[0] == "settled" {
								next(nil)
								return
							}
							m(event, next)
						})
					}
					s.On("ev", func(args ...any) { s.Emit("heard", args[0]) })
					s.On("error", func(args ...any) { s.Emit("error", args[0].(error).Error()) })
					s.On("settled", func(...any) { s.Emit("settled") })
				})
			})
			p := wiretest.Connect(t, f.addr)
			p.Send(t, `42["ev",1]`)
			if row.want != "" {
				p.Want(t, row.want)
			}
			p.Send(t, `42["settled"]`)
			p.Want(t, `42["settled"]`)
		})
	}
}

func TestMiddlewareSeesTheAcknowledgementAndEventsThatNobodyListensTo(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.Use(func(event []any, next func(error)) {
				event[len(event)-1].(socket.Ack)([]any{fmt.Sprint(event[:2])}, nil)
				next(nil)
			})
		})
	})
	p := wiretest.Connect(t, f.addr)
	p.Send(t, `427["ev",1]`)
	p.Want(t, `437["[ev 1]"]`)
}

func TestEventsKeepTheirOrderThroughMiddlewares(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.Use(func(event []any, next func(error)) { next(nil) })
			s.On("ev", func(args ...any) { s.Emit("ev", args...) })
		})
	})
	p := wiretest.Connect(t, f.addr)
	var sent []string
	for i := range 300 {
		sent = append(sent, fmt.Sprintf(`42["ev",%d]`, i))
	}
	p.Send(t, sent...)
	p.Want(t, sent...)
}

func TestMiddlewareThatPanicsEndsItsSessionAlone(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.Use(func(_ []any, next func(error)) { next(nil) })
			s.Use(func(event []any, next func(error)) {
				if event[0] == "boom" {
					panic("boom")
				}
				next(nil)
			})
			s.On("ev", func(...any) { s.Emit("ev") })
		})
	})
	bad, good := wiretest.Connect(t, f.addr), wiretest.Connect(t, f.addr)
	bad.Send(t, `42["boom"]`)
	bad.WantClose(t, wiretest.NoCode)
	good.Send(t, `42["ev"]`)
	good.Want(t, `42["ev"]`)
	if !strings.Contains(f.log.String(), "boom") {
		t.Errorf("the log has nothing of it: %s", f.log)
	}
}
