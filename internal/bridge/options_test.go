package bridge

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

func TestPathOfTheOptions(t *testing.T) {
	for _, row := range []struct {
		name   string
		set    func(*socket.ServerOptions)
		target string
		want   bool
	}{
		{"the usual one", nil, "/socket.io/?EIO=4", true},
		{"the usual one without its slash", nil, "/socket.io?EIO=4", false},
		{"another one", func(o *socket.ServerOptions) { o.SetPath("/deep/path") }, "/deep/path/", true},
		{"another one with a slash of its own", func(o *socket.ServerOptions) { o.SetPath("/deep/path/") }, "/deep/path/x", true},
		{"the usual one when there is another", func(o *socket.ServerOptions) { o.SetPath("/deep/path") }, "/socket.io/", false},
		{"without a slash, if none is to be added", func(o *socket.ServerOptions) { o.SetAddTrailingSlash(false) }, "/socket.io?EIO=4", true},
		{"an escaped slash", nil, "/socket.io%2F", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			if row.set != nil {
				row.set(opts)
			}
			b := New(opts, testLog())
			defer b.Close()
			if got := b.Match(httptest.NewRequest("GET", row.target, nil)); got != row.want {
				t.Errorf("%s is for the engine: %v, want %v", row.target, got, row.want)
			}
		})
	}
}

func TestCookieOfTheOptions(t *testing.T) {
	for _, row := range []struct {
		name   string
		cookie *http.Cookie
		want   string // behind the value
	}{
		{"nothing but a name", &http.Cookie{Name: "sio"}, "; Path=/; HttpOnly; SameSite=Lax"},
		{"nothing at all", &http.Cookie{}, "; Path=/; HttpOnly; SameSite=Lax"},
		{"something else", &http.Cookie{Name: "sio", Path: "/x", MaxAge: 60, Secure: true, SameSite: http.SameSiteNoneMode},
			"; Path=/x; Max-Age=60; HttpOnly; Secure; SameSite=None"},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.SetCookie(row.cookie)
			f := serve(t, opts, nil)
			a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", polling4, "")
			pair, attributes, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
			if name, value, _ := strings.Cut(pair, "="); name != row.cookie.Name || !strings.Contains(a.Body, `"sid":"`+value+`"`) {
				t.Errorf("the cookie is %q, and the session %s", pair, a.Body)
			}
			if ";"+attributes != row.want {
				t.Errorf("its attributes are %q, want %q", ";"+attributes, row.want)
			}
		})
	}
}

func TestInitialPacketOfTheOptions(t *testing.T) {
	for _, row := range []struct {
		name   string
		packet io.Reader
		op     byte
		want   string
	}{
		{"text", strings.NewReader("hello"), wiretest.Text, "4hello"},
		{"text of the module's", types.NewStringBufferString("hello"), wiretest.Text, "4hello"},
		{"binary", types.NewBytesBufferString("hello"), wiretest.Binary, "hello"},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.SetInitialPacket(row.packet)
			f := serve(t, opts, nil)
			for range 2 { // each client gets it
				if got := open(t, f).Next(t); got.Op != row.op || got.Payload != row.want {
					t.Errorf("behind the open packet comes %q (opcode %d), want %q (%d)", got.Payload, got.Op, row.want, row.op)
				}
			}
		})
	}
}

func TestInitialPacketThatCannotBeRead(t *testing.T) {
	opts := options()
	opts.SetInitialPacket(io.MultiReader(strings.NewReader("a"), broken{}))
	defer func() {
		if p := recover(); p == nil {
			t.Error("nobody is told")
		}
	}()
	New(opts, testLog())
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestCompressionOfTheOptions(t *testing.T) {
	for _, row := range []struct {
		name            string
		http, websocket int // thresholds
		polling, agreed bool
	}{
		{"the defaults", unset, unset, false, false},
		{"everything", 0, 0, true, true},
		{"from some size on", 10, 10, true, true},
		{"nothing", -1, -1, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			if row.http != unset {
				opts.SetHttpCompression(&types.HttpCompression{Threshold: row.http})
			}
			if row.websocket != unset {
				opts.SetPerMessageDeflate(&types.PerMessageDeflate{Threshold: row.websocket})
			}
			f := serve(t, opts, nil)
			p := wiretest.OpenPolling(t, f.addr, polling4)
			p.Post(t, "40").Want(t, 200, "ok")
			a := p.Must(t, "GET", polling4+"&sid="+p.SID, "", "Accept-Encoding", "gzip")
			if got := a.Header.Get("Content-Encoding") == "gzip"; got != row.polling {
				t.Errorf("the CONNECT reply over polling is compressed: %v, want %v", got, row.polling)
			}
			w := wiretest.Dial(t, f.addr, wiretest.PeerTarget, "Sec-WebSocket-Extensions: permessage-deflate")
			if got := w.Header.Get("Sec-WebSocket-Extensions") != ""; got != row.agreed {
				t.Errorf("compression of a WebSocket is agreed on: %v, want %v", got, row.agreed)
			}
		})
	}
}

const unset = -1000

func TestCORSThatIsOff(t *testing.T) {
	opts := options()
	opts.SetCors(&types.Cors{Origin: false, Credentials: true})
	f := serve(t, opts, nil)
	a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", polling4, "", "Origin", "https://a.example")
	for _, name := range []string{"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Vary"} {
		if got := a.Header.Get(name); got != "" {
			t.Errorf("%s is %q", name, got)
		}
	}
}
