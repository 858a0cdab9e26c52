package server

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/ice"
	"signaling/internal/web"
	"signaling/internal/wiretest"
)

// serve serves the routes for path, with a handler of files that answers "file" and
// the path. It returns the address.
func serve(t *testing.T, path string) string {
	t.Helper()
	opts := socket.DefaultServerOptions()
	opts.SetPath(path)
	opts.SetCors(&types.Cors{Origin: true})
	b := bridge.New(opts, slog.New(slog.DiscardHandler))
	files := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "file ", r.URL.Path) })
	bundle := web.NewBundle(path)
	if !bundle.Available() {
		t.Fatal("the browser bundle is missing: run make bundle")
	}
	srv := httptest.NewServer(Routes(b, bundle, ice.Servers{}, files))
	t.Cleanup(func() {
		b.Close()
		srv.Close()
	})
	return srv.Listener.Addr().String()
}

func TestRoutes(t *testing.T) {
	const transportUnknown = `{"code":0,"message":"Transport unknown"}`
	for _, row := range []struct {
		name, path, target string
		status             int
		body               string // its beginning
	}{
		{"the page", "/socket.io", "/", 200, "file /"},
		{"the servers for ICE", "/socket.io", "/ice.json", 200, `{"iceServers":[]}`},
		{"another file of that name", "/socket.io", "/room/ice.json", 200, "file /room/ice.json"},
		{"a file", "/socket.io", "/js/index.js", 200, "file /js/index.js"},
		{"the engine", "/socket.io", "/socket.io/", 400, transportUnknown},
		{"a handshake", "/socket.io", "/socket.io/?EIO=4&transport=polling", 200, `0{"sid":"`},
		{"anything below the engine's path", "/socket.io", "/socket.io/foo?transport=polling&EIO=4", 200, `0{"sid":"`},
		{"the path without its slash is a file", "/socket.io", "/socket.io?EIO=4&transport=polling", 200, "file /socket.io"},
		{"a longer name is a file", "/socket.io", "/socket.iox/?transport=polling", 200, "file /socket.iox/"},
		{"the bundle", "/socket.io", "/socket.io/socket.io.js", 200, "/*!"},
		{"a bundle that does not exist is the engine's", "/socket.io", "/socket.io/socket.io.max.js", 400, transportUnknown},
		{"an escaped slash is not the path", "/socket.io", "/socket.io%2F?transport=polling", 200, "file /socket.io/"},
		{"another path", "/deep/path", "/deep/path/?EIO=4&transport=polling", 200, `0{"sid":"`},
		{"the usual path when there is another", "/deep/path", "/socket.io/?EIO=4&transport=polling", 200, "file /socket.io/"},
		{"the bundle below another path", "/deep/path", "/deep/path/socket.io.min.js", 200, "/*!"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := wiretest.NewBrowser(t, serve(t, row.path)).Must(t, "GET", row.target, "", "Origin", "https://a.example")
			if a.Status != row.status || !strings.HasPrefix(a.Body, row.body) {
				t.Errorf("the answer is %d %.60q, want %d %q", a.Status, a.Body, row.status, row.body)
			}
			allowed := a.Header.Get("Access-Control-Allow-Origin")
			if isFile := strings.HasPrefix(row.body, "file"); isFile == (allowed != "") {
				t.Errorf("the allowed origin is %q", allowed)
			}
		})
	}
}

func TestUpgradeThatNobodyHandlesIsDropped(t *testing.T) {
	conn := wiretest.DialTCP(t, serve(t, "/socket.io"))
	io.WriteString(conn, wiretest.Handshake("/elsewhere"))
	if answer, err := io.ReadAll(conn); len(answer) > 0 || err != nil {
		t.Errorf("the answer is %q (%v), want the end of the connection", answer, err)
	}
}

func TestUpgradeOfTheBundleIsTheEngines(t *testing.T) {
	conn := wiretest.DialTCP(t, serve(t, "/socket.io"))
	io.WriteString(conn, wiretest.Handshake("/socket.io/socket.io.js"))
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasSuffix(string(answer), "\r\n\r\nTransport unknown") {
		t.Errorf("the answer is %q (%v), want Transport unknown", answer, err)
	}
}

func TestOfferOfAnotherProtocolIsIgnored(t *testing.T) {
	conn := wiretest.DialTCP(t, serve(t, "/socket.io"))
	io.WriteString(conn, "GET /page HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"+
		"GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if answer, err := io.ReadAll(conn); !strings.Contains(string(answer), "file /page") || !strings.HasSuffix(string(answer), "file /next") || err != nil {
		t.Errorf("the answer is %q (%v)", answer, err)
	}
}

func TestUpgradeHeaderWithoutAnUpgradeIsNoUpgrade(t *testing.T) {
	conn := wiretest.DialTCP(t, serve(t, "/socket.io"))
	io.WriteString(conn, "GET /page HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: close\r\n\r\n")
	if answer, err := io.ReadAll(conn); !strings.HasSuffix(string(answer), "file /page") || err != nil {
		t.Errorf("the answer is %q (%v)", answer, err)
	}
}
