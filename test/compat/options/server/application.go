package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/engine.io/v2/utils"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/handlers"
	"signaling/internal/bridge"
)

// application is what both servers of the comparison run; node.mjs is its twin.
type application struct {
	b        *bridge.Bridge
	children *types.Set[socket.Namespace] // of the namespaces /room-N

	mu  sync.Mutex
	log []string // what only the server sees; GET /log gives it
}

func (a *application) note(line string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log = append(a.log, line)
}

// serveLog answers with the log and the namespaces that there are.
func (a *application) serveLog(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rooms := []string{}
	for _, nsp := range a.children.Keys() {
		rooms = append(rooms, nsp.Name())
	}
	json.NewEncoder(w).Encode(map[string]any{"log": append([]string{}, a.log...), "rooms": rooms})
}

// features are what a row can switch on, by name; those of the options come
// before the server is made, the others after.
var features = map[string]func(*application){
	"middleware":       (*application).useMiddleware,
	"engineMiddleware": (*application).useEngineMiddleware,
	"headers":          (*application).setHeaders,
	"eventMiddleware":  (*application).useEventMiddleware,
}

// allowRequest lets in who has the token.
func allowRequest(ctx *types.HttpContext) error {
	if ctx.Query().Peek("token") == "secret" {
		return nil
	}
	return errors.New("no token")
}

func newApplication(b *bridge.Bridge, names []string) *application {
	a := &application{b: b}
	handlers.Register(b, handlers.DefaultLimits)
	io := b.Server()
	io.On("connection", func(args ...any) { a.connected(args[0].(*socket.Socket)) })
	rooms := io.Of(regexp.MustCompile(`^/room-\d+$`), nil).(socket.ParentNamespace)
	a.children = rooms.Children()
	b.Engine().On("connection_error", func(args ...any) {
		err := args[0].(*types.ErrorMessage)
		context, _ := json.Marshal(err.Context) // strings and numbers
		a.note(fmt.Sprintf("refused: %d %s %s", err.Code, err.Message, context))
	})
	for _, name := range names {
		if set, ok := features[name]; ok {
			set(a)
		}
	}
	return a
}

func (a *application) connected(s *socket.Socket) {
	s.On("echo", func(args ...any) {
		last := len(args) - 1
		if ack, ok := args[last].(socket.Ack); ok {
			args = args[:last]
			ack(args, nil)
		}
		s.Emit("echo", args...)
	})
	s.On("leave", func(...any) { s.Disconnect(true) })
	s.On("disconnect", func(args ...any) { a.note(fmt.Sprint("disconnect: ", args[0])) })
}

// useMiddleware lets into / whoever has the token, and nobody into /closed.
func (a *application) useMiddleware() {
	a.b.Server().Use(func(s *socket.Socket, next func(*socket.ExtendedError)) {
		a.note("middleware")
		h := s.Handshake()
		if auth, _ := h.Auth.(map[string]any); auth["token"] == "secret" || slices.Contains(h.Query["token"], "secret") {
			next(nil)
			return
		}
		next(socket.NewExtendedError("no token", map[string]any{"code": 7}))
	})
	a.b.Server().Of("/closed", nil).Use(func(_ *socket.Socket, next func(*socket.ExtendedError)) {
		next(socket.NewExtendedError("closed", nil))
	})
}

// useEngineMiddleware does with a request what its query's do says.
func (a *application) useEngineMiddleware() {
	a.b.Engine().Use(func(ctx *types.HttpContext, next func(error)) {
		switch ctx.Query().Peek("do") {
		case "fail":
			next(errors.New("told to"))
		case "answer":
			ctx.SetStatusCode(http.StatusUnauthorized)
			ctx.Write([]byte("who are you?"))
		default:
			ctx.ResponseHeaders.Set("X-Middleware", "was here")
			next(nil)
		}
	})
}

// setHeaders sets a header for each of the two events.
func (a *application) setHeaders() {
	for event, header := range map[string]string{"initial_headers": "X-Initial", "headers": "X-All"} {
		a.b.Engine().On(types.EventName(event), func(args ...any) {
			args[0].(*utils.ParameterBag).Set(header, args[1].(*types.HttpContext).Query().Peek("transport"))
		})
	}
}

// useEventMiddleware refuses the event forbidden.
func (a *application) useEventMiddleware() {
	a.b.Server().On("connection", func(args ...any) {
		s := args[0].(*socket.Socket)
		s.Use(func(event []any, next func(error)) {
			if event[0] == "forbidden" {
				next(errors.New("forbidden"))
				return
			}
			next(nil)
		})
		s.OnAny(func(args ...any) { a.note(fmt.Sprint("any: ", args[0])) })
		s.On("forbidden", func(...any) { a.note("the listener was called") })
		s.On("error", func(args ...any) { s.Emit("refused", args[0].(error).Error()) })
	})
}

// has reports whether a feature is on.
func (s settings) has(feature string) bool { return slices.Contains(s.Features, feature) }
