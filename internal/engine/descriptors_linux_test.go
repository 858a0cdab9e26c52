package engine

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// descriptors counts the descriptors that the process holds.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// However a connection goes wrong, its descriptor comes back.
func TestNoDescriptorIsLeftBehind(t *testing.T) {
	opts := options()
	opts.UpgradeTimeout, opts.PingTimeout, opts.PingInterval = 50*time.Millisecond, 300*time.Millisecond, 400*time.Millisecond
	opts.MaxQueuePackets = 100
	f := serve(t, opts, echo)
	session := func() string { // one that nobody polls: its heartbeat will end it
		answer := raw(t, f.addr, "GET "+target+"polling HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
		_, body, _ := strings.Cut(answer, "\r\n\r\n")
		return openedID(t, body)
	}
	upgrade := func() string { return wiretest.Handshake(target + WebSocket + "&sid=" + session()) }
	frames := func(f ...wiretest.Frame) string { return string(wiretest.Bytes(f...)) }
	texts := func(m ...string) string { return frames(wiretest.Texts(m...)...) }
	ws := wiretest.Handshake(target + WebSocket)
	rows := map[string]func() string{ // what a client writes before it is gone
		"nothing":        func() string { return "" },
		"half a request": func() string { return "GET /engine.io/ HT" },
		"half a body": func() string {
			return "POST " + target + "polling&sid=" + session() + " HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n4"
		},
		"a poll":                          func() string { return "GET " + target + "polling&sid=" + session() + " HTTP/1.1\r\nHost: a\r\n\r\n" },
		"a refused upgrade":               func() string { return wiretest.Handshake("/engine.io/?transport=tcp") },
		"a malformed upgrade":             func() string { return strings.Replace(ws, "Version: 13", "Version: 1", 1) },
		"an upgrade to polling":           func() string { return wiretest.Handshake(target + Polling) },
		"a WebSocket":                     func() string { return ws },
		"half a frame":                    func() string { return ws + texts("4abc")[:4] },
		"half a message":                  func() string { return ws + frames(wiretest.Frame{Op: wiretest.Text, More: true, Payload: "4a"}) },
		"a violation":                     func() string { return ws + frames(wiretest.Frame{Op: 5}) },
		"no packet":                       func() string { return ws + texts("x") },
		"a close frame":                   func() string { return ws + frames(wiretest.Frame{Op: wiretest.Close}) },
		"messages it does not read":       func() string { return ws + strings.Repeat(texts("4"+strings.Repeat("x", 10_000)), 400) },
		"an upgrade without a probe":      upgrade,
		"an upgrade and a probe":          func() string { return upgrade() + texts("2probe") },
		"an upgrade that fails":           func() string { return upgrade() + texts("2probe", "x") },
		"an upgrade that succeeds":        func() string { return upgrade() + texts("2probe", "5", "4a") },
		"probes and pings without number": func() string { return upgrade() + strings.Repeat(texts("2probe"), 1000) },
	}
	before := descriptors(t)
	var all sync.WaitGroup
	for _, what := range rows {
		for i := range 4 {
			request := what()
			conn := wiretest.DialTCP(t, f.addr)
			all.Go(func() {
				fmt.Fprint(conn, request) // fails when the server has closed before
				if i%2 == 0 {             // some stay until the server has had enough
					time.Sleep(200 * time.Millisecond)
				}
				conn.Close()
			})
		}
	}
	all.Wait()
	eventually(t, "no session is left", func() bool { return f.Count() == 0 })
	eventually(t, "no descriptor is left", func() bool { return descriptors(t) <= before })
}
