package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// pages are those that the binary has embedded.
var pages = os.DirFS("../../public")

// running is the whole program, run in this process.
type running struct {
	addr   string
	cancel func()
	ended  chan error
	log    *wiretest.Log
}

// start runs the program on a port of the kernel's until the test ends.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	p := &running{cancel: cancel, ended: make(chan error, 1), log: new(wiretest.Log)}
	go func() { // ends with cancel
		err := Run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), noEnv, stdout, p.log, pages)
		stdout.Close()
		p.ended <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the program does not announce itself: %v, %v", err, <-p.ended)
	}
	go io.Copy(io.Discard, out) // ends with the program
	var port int
	if _, err := fmt.Sscanf(line, "Open http://localhost:%d/ in two browser windows\n", &port); err != nil {
		t.Fatalf("it announces itself with %q: %v", line, err)
	}
	p.addr = fmt.Sprint("127.0.0.1:", port)
	t.Cleanup(func() {
		cancel()
		p.wantEnd(t)
	})
	return p
}

func noEnv(string) string { return "" }

// wantEnd waits until Run has returned, without an error.
func (p *running) wantEnd(t *testing.T) {
	t.Helper()
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("Run returned %v", err)
		}
		p.ended <- nil // for the next receiver
	case <-time.After(wiretest.Patience):
		t.Fatal("Run does not return")
	}
}

func TestProgramServesThePageAndTheBundle(t *testing.T) {
	p := start(t)
	browser := wiretest.NewBrowser(t, p.addr)
	for _, row := range []struct{ target, file string }{
		{"/", "../../public/index.html"},
		{"/js/index.js", "../../public/js/index.js"},
		{"/socket.io/socket.io.js", "../web/npm/node_modules/socket.io-client/dist/socket.io.js"},
	} {
		want, err := os.ReadFile(row.file)
		if err != nil {
			t.Fatalf("%v: run make bundle", err)
		}
		if a := browser.Must(t, "GET", row.target, ""); a.Status != 200 || a.Body != string(want) {
			t.Errorf("%s is answered %d with %d bytes, want the %d of %s", row.target, a.Status, len(a.Body), len(want), row.file)
		}
	}
}

func TestProgramServesAnotherFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "-public", dir)
	wiretest.NewBrowser(t, p.addr).Must(t, "GET", "/", "").Want(t, 200, "mine")
}

func TestProgramTakesItsSettings(t *testing.T) {
	p := start(t, "-path", "/deep/path", "-ping-interval", "12s", "-ping-timeout", "3s", "-max-payload", "1234", "-transports", "polling")
	open := wiretest.OpenPolling(t, p.addr, "/deep/path/?EIO=4&transport=polling").Open
	delete(open, "sid")
	if got := fmt.Sprint(open); got != "map[maxPayload:1234 pingInterval:12000 pingTimeout:3000 upgrades:[]]" {
		t.Errorf("the open packet has %s", got)
	}
	browser := wiretest.NewBrowser(t, p.addr)
	browser.Must(t, "GET", "/deep/path/?EIO=4&transport=websocket", "").Want(t, 400, `{"code":0,"message":"Transport unknown"}`)
}

func TestProgramsConnectTimeout(t *testing.T) {
	p := start(t, "-connect-timeout", "50ms")
	w := wiretest.Dial(t, p.addr, wiretest.PeerTarget)
	w.Next(t)
	w.WantClose(t, wiretest.NoCode)
}

func TestProgramCompressesAndRecovers(t *testing.T) {
	p := start(t, "-compression", "10", "-recovery", "1m")
	w := wiretest.Dial(t, p.addr, wiretest.PeerTarget, "Sec-WebSocket-Extensions: permessage-deflate")
	if f := w.Next(t); f.Reserved != wiretest.Compressed {
		t.Errorf("the open packet %q is not compressed", f.Payload)
	}
	w.Send(t, "40")
	if reply := w.Next(t).Payload; !strings.Contains(reply, `"pid":"`) {
		t.Errorf("the CONNECT reply %s has nothing to come back with", reply)
	}
}

func TestProgramSpeaksMessagePack(t *testing.T) {
	p := start(t, "-parser", "msgpack")
	w := wiretest.Dial(t, p.addr, wiretest.PeerTarget)
	w.Next(t)
	w.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x82\xA4type\x00\xA3nsp\xA1/"})
	if reply := w.Next(t); reply.Op != wiretest.Binary {
		t.Errorf("the CONNECT reply is %q", reply.Payload)
	}
}

func TestOriginsOfTheProgram(t *testing.T) {
	for _, row := range []struct {
		name, origins, origin string // HOST stands for the server
		status                int
		allowed               string
	}{
		{"any by default", "*", "https://a.example", 200, "https://a.example"},
		{"one that is listed", "https://a.example,https://*.b.example", "https://x.b.example", 200, "https://x.b.example"},
		{"one that is not", "https://a.example", "https://evil.example", 403, ""},
		{"one that only ends like a listed one", "https://*.b.example", "https://evil-b.example", 403, ""},
		{"none, as clients that are no browsers send", "https://a.example", "", 200, ""},
		{"that of the server's own page", "https://a.example", "http://HOST", 200, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := start(t, "-origins", row.origins)
			browser := wiretest.NewBrowser(t, p.addr)
			var header []string
			if row.origin != "" {
				header = []string{"Origin", strings.Replace(row.origin, "HOST", p.addr, 1)}
			}
			for target, status := range map[string]int{
				"/socket.io/?EIO=4&transport=polling": row.status,
				"/socket.io/socket.io.js":             200, // a script is anybody's; to read it is not
			} {
				a := browser.Must(t, "GET", target, "", header...)
				if a.Status != status || a.Header.Get("Access-Control-Allow-Origin") != row.allowed {
					t.Errorf("%s is answered %d, allowed %q", target, a.Status, a.Header.Get("Access-Control-Allow-Origin"))
				}
			}
			wantWebSocket(t, p, row.origin, row.status == 200)
		})
	}
}

// wantWebSocket opens a WebSocket from a page of the origin, or is refused.
func wantWebSocket(t *testing.T, p *running, origin string, allowed bool) {
	t.Helper()
	var lines []string
	if origin != "" {
		lines = []string{"Origin: " + strings.Replace(origin, "HOST", "test", 1)}
	}
	w, err := wiretest.TryDial(p.addr, wiretest.PeerTarget, lines...)
	if err == nil {
		w.Conn.Close()
	}
	if (err == nil) != allowed {
		t.Errorf("the WebSocket is answered %v", err)
	}
}

func TestCallBetweenTwoPeers(t *testing.T) {
	p := start(t)
	a, b := wiretest.Connect(t, p.addr), wiretest.Connect(t, p.addr)
	a.Send(t, `42["offer",{"type":"offer","sdp":"v=0\r\n"}]`, `42["onicecandidate",{"candidate":"1"}]`)
	b.Want(t, `42["offer",{"type":"offer","sdp":"v=0\r\n"}]`, `42["onicecandidate",{"candidate":"1"}]`)
	b.Send(t, `42["answer",{"type":"answer"}]`, `42["message",{"channel":"`+a.ID+`","message":"hi"}]`)
	a.Want(t, `42["answer",{"type":"answer"}]`, `42["message","hi"]`)
}

func TestProgramEndsInOrderWithConnectedClients(t *testing.T) {
	p := start(t)
	peer := wiretest.Connect(t, p.addr)
	joining := wiretest.Dial(t, p.addr, wiretest.PeerTarget)
	joining.Next(t)
	old := wiretest.Dial(t, p.addr, "/socket.io/?EIO=3&transport=websocket")
	old.Next(t)
	polling := wiretest.OpenPolling(t, p.addr, "/socket.io/?EIO=4&transport=polling")
	polling.Post(t, "40").Want(t, 200, "ok")
	p.cancel()
	for _, w := range []*wiretest.WebSocket{peer.WebSocket, joining, old} {
		w.WantClose(t, wiretest.NoCode)
	}
	p.wantEnd(t)
}
