package bridge

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	eio "github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/engine.io/v2/utils"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// polling4 is where polling clients of revision 4 connect.
const polling4 = "/socket.io/?EIO=4&transport=polling"

func TestEnginesMiddleware(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.Engine().Use(func(ctx *types.HttpContext, next func(error)) {
			switch ctx.Headers().Peek("X-Do") {
			case "answer":
				ctx.SetStatusCode(http.StatusUnauthorized)
				ctx.Write([]byte("who are you?"))
			case "fail":
				next(errors.New("no"))
			case "later":
				time.AfterFunc(10*time.Millisecond, func() { next(nil) })
			default:
				ctx.ResponseHeaders.Set("X-Middleware", "was here")
				next(nil)
			}
		})
	})
	browser := wiretest.NewBrowser(t, f.addr)
	browser.Must(t, "GET", polling4, "", "X-Do", "answer").Want(t, http.StatusUnauthorized, "who are you?")
	browser.Must(t, "GET", polling4, "", "X-Do", "fail").Want(t, 400, `{"code":3,"message":"Bad request"}`)
	if a := browser.Must(t, "GET", polling4, "", "X-Do", "later"); a.Status != 200 {
		t.Errorf("a middleware that is slow is answered %d", a.Status)
	}
	if got := browser.Must(t, "GET", polling4, "").Header.Get("X-Middleware"); got != "was here" {
		t.Errorf("the middleware's header is %q", got)
	}
	if got := wiretest.Dial(t, f.addr, wiretest.PeerTarget).Header.Get("X-Middleware"); got != "was here" {
		t.Errorf("the middleware's header on a WebSocket is %q", got)
	}
}

func TestEnginesEvents(t *testing.T) {
	var mu sync.Mutex
	var told []string
	note := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, line)
	}
	f := serve(t, options(), func(f *fixture) {
		e := f.Engine()
		for _, event := range []string{"initial_headers", "headers"} {
			e.On(types.EventName(event), func(args ...any) {
				args[0].(*utils.ParameterBag).Set("X-"+event, "yes")
				note(event + " " + args[1].(*types.HttpContext).Method())
			})
		}
		e.On("connection_error", func(args ...any) {
			err := args[0].(*types.ErrorMessage)
			note(fmt.Sprint("error ", err.Code, " ", err.Message, " ", err.Context, " ", err.Req.Query().Peek("transport")))
		})
		e.On("connection", func(args ...any) {
			c := args[0].(eio.Socket)
			note(fmt.Sprint("connection ", c.Protocol(), " ", c.Transport().Name(), " ", c.ReadyState(), " ", c.Id() != ""))
		})
	})
	p := wiretest.OpenPolling(t, f.addr, polling4)
	a := p.Post(t, "40")
	if a.Header.Get("X-Headers") != "yes" || a.Header.Get("X-Initial_headers") != "" {
		t.Errorf("headers of a POST: %v", a.Header)
	}
	w := wiretest.Dial(t, f.addr, target3)
	if w.Header.Get("X-Headers") != "yes" || w.Header.Get("X-Initial_headers") != "yes" {
		t.Errorf("headers of a WebSocket: %v", w.Header)
	}
	eventually(t, "both connections are told", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(told) == 7
	})
	p.Must(t, "GET", "/socket.io/?transport=tcp", "")
	mu.Lock()
	defer mu.Unlock()
	want := []string{
		"connection 4 polling open true", "initial_headers GET", "headers GET", "headers POST",
		"initial_headers GET", "headers GET", "connection 3 websocket open true",
		"error 0 Transport unknown map[transport:tcp] tcp",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func TestRefusedByAllowRequest(t *testing.T) {
	opts := options()
	opts.SetAllowRequest(func(ctx *types.HttpContext) error {
		if ctx.Query().Peek("token") != "secret" {
			return errors.New("no token")
		}
		return nil
	})
	f := serve(t, opts, nil)
	browser := wiretest.NewBrowser(t, f.addr)
	browser.Must(t, "GET", polling4, "").Want(t, 403, `{"code":4,"message":"no token"}`)
	if a := browser.Must(t, "GET", polling4+"&token=secret", ""); a.Status != 200 {
		t.Errorf("with a token the answer is %d %q", a.Status, a.Body)
	}
}

func TestOptionsThatTheEngineTakes(t *testing.T) {
	opts := socket.DefaultServerOptions()
	opts.SetPingInterval(11 * time.Second)
	opts.SetPingTimeout(7 * time.Second)
	opts.SetMaxHttpBufferSize(1234)
	opts.SetAllowUpgrades(false)
	opts.SetCookie(&http.Cookie{Name: "sio", SameSite: http.SameSiteLaxMode})
	f := serve(t, opts, nil)
	p := wiretest.OpenPolling(t, f.addr, polling4)
	delete(p.Open, "sid")
	if got := fmt.Sprint(p.Open); got != "map[maxPayload:1234 pingInterval:11000 pingTimeout:7000 upgrades:[]]" {
		t.Errorf("the open packet has %s", got)
	}
	if got := p.Must(t, "GET", polling4, "").Header.Get("Set-Cookie"); !strings.HasPrefix(got, "sio=") || !strings.HasSuffix(got, "; Path=/; HttpOnly; SameSite=Lax") {
		t.Errorf("the cookie is %q", got)
	}
	p.Must(t, "GET", "/socket.io/?EIO=3&transport=polling", "").Want(t, 400, `{"code":5,"message":"Unsupported protocol version"}`)
}

func TestOriginsOfTheModulesOptions(t *testing.T) {
	const origin = "https://a.example"
	for _, row := range []struct {
		name string
		rule any
		want string
	}{
		{"none is any", nil, "*"},
		{"any", "*", "*"},
		{"one", "https://b.example", "https://b.example"},
		{"true echoes", true, origin},
		{"false allows none", false, ""},
		{"an expression that fits", regexp.MustCompile(`\.example$`), origin},
		{"an expression that does not", regexp.MustCompile(`\.test$`), ""},
		{"a list with it", []any{"https://b.example", regexp.MustCompile(`a\.`)}, origin},
		{"a list without it", []any{"https://b.example", false}, ""},
		{"an empty list", []any{}, ""},
		{"a function that lets it in", func(o string) bool { return o == origin }, origin},
		{"a function that does not", func(string) bool { return false }, ""},
		{"what is no rule", 5, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.SetCors(&types.Cors{Origin: row.rule})
			f := serve(t, opts, nil)
			a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", polling4, "", "Origin", origin)
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != row.want {
				t.Errorf("allowed is %q, want %q", got, row.want)
			}
		})
	}
}

func TestCORSWrapsOtherHandlers(t *testing.T) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	opts := options()
	opts.SetCors(&types.Cors{Origin: "*"})
	with, without := New(opts, testLog()), New(options(), testLog())
	defer with.Close()
	defer without.Close()
	for _, row := range []struct {
		name   string
		b      *Bridge
		method string
		status int
		origin string
	}{
		{"with CORS", with, "GET", 200, "*"},
		{"a preflight request", with, "OPTIONS", 204, "*"},
		{"without CORS", without, "OPTIONS", 200, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := record(row.b.CORS(hello), row.method, "/")
			if w.Code != row.status || w.Header().Get("Access-Control-Allow-Origin") != row.origin {
				t.Errorf("status %d, allowed %q; want %d, %q", w.Code, w.Header().Get("Access-Control-Allow-Origin"), row.status, row.origin)
			}
		})
	}
}

func TestVolatileIsDroppedWhenNobodyPolls(t *testing.T) {
	f := serve(t, options(), nil)
	p := wiretest.OpenPolling(t, f.addr, polling4)
	p.Post(t, "40").Want(t, 200, "ok")
	a := p.Get(t)
	if !strings.HasPrefix(a.Body, `40{"sid":"`) {
		t.Fatalf("the poll brings %q", a.Body)
	}
	f.io.Volatile().Emit("dropped")
	f.io.Emit("kept")
	p.Want(t, 200, `42["kept"]`)
	w := wiretest.Connect(t, f.addr)
	eventually(t, "the WebSocket is writable", func() bool {
		c, ok := f.Engine().Clients().Load(w.SID)
		return ok && c.Transport().Writable()
	})
	f.io.Volatile().Emit("fits")
	w.Want(t, `42["fits"]`)
}

// An application that takes part in serving requests has them served by
// net/http.
func TestRequestsThatTheApplicationTakesPartIn(t *testing.T) {
	for name, take := range map[string]func(*fixture){
		"none":                           func(*fixture) {},
		"by a middleware":                func(f *fixture) { f.Engine().Use(func(_ *types.HttpContext, next func(error)) { next(nil) }) },
		"by their headers":               func(f *fixture) { f.Engine().On("headers", func(...any) {}) },
		"by the headers of handshakes":   func(f *fixture) { f.Engine().On("initial_headers", func(...any) {}) },
		"by hearing of those refused":    func(f *fixture) { f.Engine().On("connection_error", func(...any) {}) },
		"by another path than the usual": func(f *fixture) { f.path = "/other/" },
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, options(), take)
			h, limit := f.FastPath("/socket.io/")
			if direct := h != nil; direct != (name == "none") {
				t.Errorf("they are the engine's: %v", direct)
			}
			if h != nil && limit != int64(f.engine.MaxPayload()) {
				t.Errorf("the limit is %d", limit)
			}
		})
	}
}
