package bridge

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/engine.io/v2/utils"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// panicking decides on namespaces.
var panicking = func(string, any, func(error, bool)) { panic("boom") }

// A panic ends the session it happened in, and no other.
func TestPanics(t *testing.T) {
	boom := func(...any) { panic("boom") }
	for _, row := range []struct {
		name   string
		setUp  func(f *fixture)
		packet string
	}{
		{"in a connection listener", func(f *fixture) {
			f.onConnection("/chat", func(*socket.Socket) { panic("boom") })
		}, "40/chat,"},
		{"in a connect listener", func(f *fixture) {
			f.io.Of("/chat", nil).On("connect", boom)
		}, "40/chat,"},
		{"in a middleware", func(f *fixture) {
			f.io.Of("/chat", nil).Use(func(*socket.Socket, func(*socket.ExtendedError)) { panic("boom") })
		}, "40/chat,"},
		{"in an event listener", func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) { s.On("ev", boom) })
		}, `42["ev"]`},
		{"in a listener for all events", func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) {
				s.OnAny(func(args ...any) {
					if args[0] == "ev" {
						panic("boom")
					}
				})
			})
		}, `42["ev"]`},
		{"in a handler", func(f *fixture) {
			f.Handle("/", "ev", func(*Event) { panic("boom") })
		}, `42["ev"]`},
		{"in what decides on a dynamic namespace", func(f *fixture) {
			f.io.Of(socket.ParentNspNameMatchFn(&panicking), nil)
		}, "40/anything,"},
		{"in the admission", func(f *fixture) {
			f.Admit(func(a Applicant) *Refusal {
				if a.Namespace != "/" {
					panic("boom")
				}
				return nil
			})
			f.io.Of("/chat", nil)
		}, "40/chat,"},
		{"in a listener for new namespaces", func(f *fixture) {
			f.io.Of(dynamic, nil)
			f.io.Sockets().EventEmitter().On("new_namespace", boom)
			f.io.On("new_namespace", boom)
		}, "40/dynamic-x,"},
		{"in a listener for what goes out", func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) {
				s.On("ev", func(...any) { s.Emit("out") })
				s.OnAnyOutgoing(func(args ...any) {
					if args[0] == "out" {
						panic("boom")
					}
				})
			})
		}, `42["ev"]`},
		{"in a listener for the engine's messages", func(f *fixture) {
			f.Engine().On("connection", func(args ...any) { args[0].(eio.Socket).On("close", boom) })
		}, "41/nope,"},
		{"in a disconnect listener", func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) { s.On("disconnect", boom) })
		}, "41"},
		{"in a disconnecting listener", func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) { s.On("disconnecting", boom) })
		}, "41"},
		{"in an acknowledgement", func(f *fixture) {
			f.onConnection("/", func(s *socket.Socket) { s.Emit("ask", func([]any, error) { panic("boom") }) })
		}, "431[]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.SetConnectTimeout(time.Hour)
			f := serve(t, opts, func(f *fixture) {
				f.onConnection("/", func(s *socket.Socket) { s.On("hi", func(...any) { s.Emit("hi") }) })
				row.setUp(f)
			})
			other, p := wiretest.Connect(t, f.addr), wiretest.Connect(t, f.addr)
			p.Send(t, `42["hi"]`)
			if m := p.Next(t); strings.HasSuffix(m.Payload, `["ask"]`) {
				row.packet = "43" + strings.TrimSuffix(m.Payload[2:], `["ask"]`) + "[]"
				other.Next(t)
			}
			p.Send(t, row.packet)
			p.WantClose(t, wiretest.NoCode)
			other.Send(t, `42["hi"]`)
			other.Want(t, `42["hi"]`)
			eventually(t, "the log tells of it", func() bool {
				return strings.Contains(f.log.String(), "panic in a handler") && strings.Contains(f.log.String(), "boom")
			})
			eventually(t, "nothing but the other is left", func() bool { return f.io.Sockets().Sockets().Len() == 1 })
			eventually(t, "the engine has one session", func() bool { return f.Engine().ClientsCount() == 1 })
			if f.Panics() == 0 {
				t.Error("no panic is counted")
			}
		})
	}
}

// A panic in what decides about a request drops that request's connection.
func TestPanicsInRequests(t *testing.T) {
	boom := func(...any) { panic("boom") }
	const polling = "/socket.io/?EIO=4&transport=polling"
	for _, row := range []struct {
		name   string
		setUp  func(opts *socket.ServerOptions)
		listen func(f *fixture)
		target string // of a request that panics
	}{
		{"in AllowRequest", func(o *socket.ServerOptions) {
			o.SetAllowRequest(func(ctx *types.HttpContext) error {
				if ctx.Request().URL.Query().Has("boom") {
					panic("boom")
				}
				return nil
			})
		}, nil, polling + "&boom"},
		{"in AllowRequest of a WebSocket", func(o *socket.ServerOptions) {
			o.SetAllowRequest(func(ctx *types.HttpContext) error {
				if ctx.Request().URL.Query().Has("boom") {
					panic("boom")
				}
				return nil
			})
		}, nil, wiretest.PeerTarget + "&boom"},
		{"in a middleware of the engine", nil, func(f *fixture) {
			f.Engine().Use(func(ctx *types.HttpContext, next func(error)) {
				if ctx.Request().URL.Query().Has("boom") {
					panic("boom")
				}
				next(nil)
			})
		}, polling + "&boom"},
		{"in a listener for headers", nil, func(f *fixture) {
			f.Engine().On("headers", func(args ...any) {
				if args[1].(*types.HttpContext).Request().URL.Query().Has("boom") {
					args[0].(*utils.ParameterBag).Set("X", "1")
					panic("boom")
				}
			})
		}, wiretest.PeerTarget + "&boom"},
		{"in a listener for refused requests", nil, func(f *fixture) {
			f.Engine().On("connection_error", boom)
		}, polling + "&sid=nobody"},
		{"in that listener, for a WebSocket", nil, func(f *fixture) {
			f.Engine().On("connection_error", boom)
		}, wiretest.PeerTarget + "&sid=nobody"},
		{"in that listener, for a revision that is not served", func(o *socket.ServerOptions) { o.SetAllowEIO3(false) }, func(f *fixture) {
			f.Engine().On("connection_error", boom)
		}, target3},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			if row.setUp != nil {
				row.setUp(opts)
			}
			f := serve(t, opts, func(f *fixture) {
				f.onConnection("/", func(s *socket.Socket) { s.On("hi", func(...any) { s.Emit("hi") }) })
				if row.listen != nil {
					row.listen(f)
				}
			})
			other := wiretest.Connect(t, f.addr)
			wantDropped(t, f.addr, row.target)
			eventually(t, "the panic is counted and logged", func() bool {
				return f.Panics() == 1 && strings.Contains(f.log.String(), "level=ERROR") && strings.Contains(f.log.String(), "boom")
			})
			other.Send(t, `42["hi"]`)
			other.Want(t, `42["hi"]`)
		})
	}
}

// wantDropped makes a request whose connection has to end.
func wantDropped(t *testing.T, addr, target string) {
	t.Helper()
	request := "GET " + target + " HTTP/1.1\r\nHost: test\r\n\r\n"
	if strings.Contains(target, "websocket") {
		request = wiretest.Handshake(target)
	}
	conn := wiretest.DialTCP(t, addr)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(conn); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the connection stays open")
	}
}

// What the engine does to drop a connection is no panic of anybody's.
func TestAbortedRequestIsNoPanic(t *testing.T) {
	f := serve(t, options(), nil)
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the request is not aborted")
		}
		if f.Panics() != 0 {
			t.Error("a panic is counted")
		}
	}()
	p := wiretest.OpenPolling(t, f.addr, "/socket.io/?EIO=4&transport=polling")
	r := httptest.NewRequest("POST", p.Target, iotest.ErrReader(io.ErrUnexpectedEOF))
	f.ServeHTTP(httptest.NewRecorder(), r)
	t.Error("a body that breaks off is answered")
}
