package bridge

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

// fixture is a server of the module's on our engine.
type fixture struct {
	*Bridge
	io   *socket.Server
	addr string
	log  *wiretest.Log
}

// options returns the module's default options, with revision 3.
func options() *socket.ServerOptions {
	o := socket.DefaultServerOptions()
	o.SetAllowEIO3(true)
	return o
}

// serve runs a server until the test ends. setUp, which may be nil, sets up its
// listeners before there are clients.
func serve(t *testing.T, opts *socket.ServerOptions, setUp func(f *fixture)) *fixture {
	t.Helper()
	f := &fixture{log: new(wiretest.Log)}
	f.Bridge = newWithLog(opts, f.log)
	f.io = f.Server()
	if setUp != nil {
		setUp(f)
	}
	web := httptest.NewServer(f)
	t.Cleanup(func() {
		f.Close()
		web.Close()
	})
	f.addr = web.Listener.Addr().String()
	return f
}

// dynamic matches the names of namespaces that come into being as clients ask.
var dynamic = regexp.MustCompile(`^/dynamic-\w+$`)

// newWithLog returns a bridge whose log goes to log, down to debug level.
func newWithLog(opts *socket.ServerOptions, log *wiretest.Log) *Bridge {
	return New(opts, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

// onConnection registers a connection listener of the namespace.
func (f *fixture) onConnection(namespace string, fn func(s *socket.Socket)) {
	f.io.Of(namespace, nil).On("connection", func(args ...any) { fn(args[0].(*socket.Socket)) })
}

// eventually waits until what is true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(wiretest.Patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come about that %s", what)
		}
	}
}

// next reads from a channel that must bring something.
func next[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(wiretest.Patience):
		t.Fatalf("no %s comes", what)
	}
	panic("unreachable")
}

// target3 is where clients of revision 3 connect.
const target3 = "/socket.io/?EIO=3&transport=websocket"

// open opens a connection of revision 4 that has joined nothing yet.
func open(t *testing.T, f *fixture) *wiretest.WebSocket {
	t.Helper()
	w := wiretest.Dial(t, f.addr, wiretest.PeerTarget)
	w.Next(t)
	return w
}

// wantID reads a packet with a sid behind prefix and returns it.
func wantID(t *testing.T, w *wiretest.WebSocket, prefix string) string {
	t.Helper()
	id, err := wiretest.SIDOf(w.Next(t).Payload, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// testLog is a logger for tests that do not look at the log.
func testLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// record lets a handler answer a request.
func record(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}
