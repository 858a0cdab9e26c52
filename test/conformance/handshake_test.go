package conformance

import (
	"net/http"
	"testing"
)

// wantOpen checks an open packet of the protocol server.
func wantOpen(t *testing.T, packet, upgrades string) {
	t.Helper()
	m := openPacket.FindStringSubmatch(packet)
	if m == nil {
		t.Fatalf("not an open packet: %q", packet)
	}
	if m[2] != upgrades || m[3] != "300" || m[4] != "200" || m[5] != "1000000" {
		t.Errorf("open packet %s: want upgrades [%s], pingInterval 300, pingTimeout 200, maxPayload 1000000", packet, upgrades)
	}
}

func TestHandshakeOverPolling(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		res := fetch(t, protocolURL, "GET", e.query("polling"), nil, "")
		if res.status != http.StatusOK {
			t.Fatalf("got %d %q", res.status, res.body)
		}
		res.wantHeader(t, "Content-Type", "text/plain; charset=UTF-8")
		res.wantHeader(t, "Cache-Control", "no-store")
		packets := e.rev.packets(t, res.body)
		if len(packets) != 1 {
			t.Fatalf("want the open packet alone, got %q", packets)
		}
		wantOpen(t, packets[0], `"websocket"`)
	})
}

func TestHandshakeOverWebSocket(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		ws := dialWebSocket(t, protocolURL, e.query("websocket"), nil)
		wantOpen(t, ws.next(t).data, "")
	})
}

// To the signaling server, as to Node, every EIO other than "4" means revision 3.
func TestHandshakeWithoutAKnownRevisionIsRevision3(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"no EIO":                 "transport=polling",
		"EIO=2":                  "EIO=2&transport=polling",
		"EIO=5":                  "EIO=5&transport=polling",
		"EIO=abc":                "EIO=abc&transport=polling",
		"EIO=04":                 "EIO=04&transport=polling",
		"the last of two counts": "EIO=4&EIO=3&transport=polling",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res := fetch(t, serverURL, "GET", socketPath+"?"+query, nil, "")
			sessionID(t, revision3.packets(t, res.body)[0])
		})
	}
}

// The public suites want a revision to be named. Node does that only while it
// declines revision 3; the protocol server serves both.
func TestHandshakeOfNoRevisionIsRefused(t *testing.T) {
	t.Parallel()
	if peerIsNode {
		return
	}
	for _, path := range []string{enginePath, socketPath} {
		for _, eio := range []string{"", "EIO=abc&", "EIO=2&", "EIO=5&"} {
			t.Run(path+" "+eio, func(t *testing.T) {
				t.Parallel()
				res := fetch(t, protocolURL, "GET", path+"?"+eio+"transport=polling", nil, "")
				res.want(t, http.StatusBadRequest, `{"code":5,"message":"Unsupported protocol version"}`)
				// On a WebSocket the refusal comes when the stream is open already.
				ws := dialWebSocket(t, protocolURL, path+"?"+eio+"transport=websocket", nil)
				ws.wantClose(t, closeAbnormal)
				if len(ws.messages) > 0 {
					t.Error("a session was opened")
				}
			})
		}
	}
}

func TestHandshakeTakesTheLastOfDuplicateKeys(t *testing.T) {
	t.Parallel()
	res := fetch(t, protocolURL, "GET", enginePath+"?EIO=3&EIO=4&transport=nope&transport=polling", nil, "")
	wantOpen(t, res.body, `"websocket"`)
}

func TestHandshakeMatchesThePathByPrefix(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, target string
		engine       bool
	}{
		{"a longer path belongs to the engine", "/socket.io/foo?EIO=4&transport=polling", true},
		{"without its last slash it does not", "/socket.io?EIO=4&transport=polling", false},
		{"nor does a path with that name in it", "/a/socket.io/?EIO=4&transport=polling", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			res := fetch(t, serverURL, "GET", tc.target, nil, "")
			if got := openPacket.MatchString(res.body); got != tc.engine {
				t.Errorf("answered by the engine: %v, want %v (%d %.80q)", got, tc.engine, res.status, res.body)
			}
		})
	}
}

func TestHandshakeIDsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		res := fetch(t, serverURL, "GET", "/socket.io/?EIO=4&transport=polling", nil, "")
		id := sessionID(t, res.body)
		if seen[id] {
			t.Fatalf("session id %s was given twice", id)
		}
		seen[id] = true
	}
}
