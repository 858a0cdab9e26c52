package conformance

import (
	"net/http"
	"strings"
	"testing"
)

// The error answers of the engine.
const (
	unknownTransport = `{"code":0,"message":"Transport unknown"}`
	unknownSession   = `{"code":1,"message":"Session ID unknown"}`
	badMethod        = `{"code":2,"message":"Bad handshake method"}`
	badRequest       = `{"code":3,"message":"Bad request"}`
)

func TestRequestErrors(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, method, query, body string }{
		{"no query at all", "GET", "", unknownTransport},
		{"no transport", "GET", "?EIO=4", unknownTransport},
		{"unknown transport", "GET", "?EIO=4&transport=abc", unknownTransport},
		{"empty transport", "GET", "?EIO=4&transport=", unknownTransport},
		{"transport named after an object's own property", "GET", "?EIO=4&transport=constructor", unknownTransport},
		{"WebTransport, which is off", "GET", "?EIO=4&transport=webtransport", unknownTransport},
		{"the transport is looked at before the session", "GET", "?EIO=4&transport=abc&sid=abc", unknownTransport},
		{"unknown session", "GET", "?EIO=4&transport=polling&sid=abc", unknownSession},
		{"session named after an object's own property", "GET", "?EIO=4&transport=polling&sid=__proto__", unknownSession},
		{"POST to an unknown session", "POST", "?EIO=4&transport=polling&sid=abc", unknownSession},
		{"unknown session on WebSocket without upgrade", "GET", "?EIO=4&transport=websocket&sid=abc", unknownSession},
		{"handshake by POST", "POST", "?EIO=4&transport=polling", badMethod},
		{"handshake by PUT", "PUT", "?EIO=4&transport=polling", badMethod},
		{"handshake by DELETE", "DELETE", "?EIO=4&transport=polling", badMethod},
		{"an empty sid is none", "POST", "?EIO=4&transport=polling&sid=", badMethod},
		{"the method is looked at before the upgrade", "POST", "?EIO=4&transport=websocket", badMethod},
		{"WebSocket without upgrade", "GET", "?EIO=4&transport=websocket", badRequest},
	}
	for _, path := range []string{enginePath, socketPath} {
		for _, tc := range rows {
			t.Run(path+" "+tc.name, func(t *testing.T) {
				t.Parallel()
				for _, eio := range []string{"EIO=4", "EIO=3"} {
					query := strings.Replace(tc.query, "EIO=4", eio, 1)
					res := fetch(t, protocolURL, tc.method, path+query, nil, "")
					res.want(t, http.StatusBadRequest, tc.body)
					res.wantHeader(t, "Content-Type", "application/json")
				}
			})
		}
	}
}

func TestRequestErrorsOfASession(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		other := endpoint{enginePath, revision3 + revision4 - rev}
		for _, tc := range []struct{ name, target string }{
			{"another transport without upgrade", s.webSocket()},
			{"another revision", other.query("polling") + "&sid=" + s.sid},
		} {
			res := fetch(t, protocolURL, "GET", tc.target, nil, "")
			if res.status != http.StatusBadRequest || res.body != badRequest {
				t.Errorf("%s: got %d %q, want 400 %s", tc.name, res.status, res.body, badRequest)
			}
		}
		s.post(t, "4still here").want(t, http.StatusOK, "ok")
		s.want(t, "4still here")
	})
}

// upgradeError asks for a WebSocket and returns the raw answer that declines it.
func upgradeError(t *testing.T, method, target string, header http.Header) response {
	t.Helper()
	c := newHTTPConn(t, protocolURL)
	res := c.do(t, method, target, header, "")
	if c.conn != nil {
		t.Errorf("%s %s: the connection stays open after %d", method, target, res.status)
	}
	return res
}

func TestUpgradeErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, query, message string }{
		{"no transport", "?EIO=4", "Transport unknown"},
		{"unknown transport", "?EIO=4&transport=abc", "Transport unknown"},
		{"unknown session", "?EIO=4&transport=websocket&sid=abc", "Session ID unknown"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			res := upgradeError(t, "GET", enginePath+tc.query, upgradeHeader())
			res.want(t, http.StatusBadRequest, tc.message)
			res.wantHeader(t, "Content-Type", "text/html")
		})
	}
	t.Run("handshake by POST", func(t *testing.T) {
		t.Parallel()
		res := upgradeError(t, "POST", enginePath+"?EIO=4&transport=websocket", upgradeHeader())
		res.want(t, http.StatusBadRequest, "Bad handshake method")
	})
	t.Run("another revision than the session's", func(t *testing.T) {
		t.Parallel()
		s := openPolling(t, protocolURL, endpoint{enginePath, revision4}, "")
		target := endpoint{enginePath, revision3}.query("websocket") + "&sid=" + s.sid
		upgradeError(t, "GET", target, upgradeHeader()).want(t, http.StatusBadRequest, "Bad request")
	})
}

func TestWebSocketHandshakeErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, header, value string }{
		{"no key", "Sec-Websocket-Key", ""},
		{"a key that is too short", "Sec-Websocket-Key", "c2hvcnQ="},
		{"a version of the future", "Sec-Websocket-Version", "14"},
		{"no version", "Sec-Websocket-Version", ""},
		{"upgrade to something else", "Upgrade", "h2c"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			header := upgradeHeader()
			header.Set(tc.header, tc.value)
			if tc.value == "" {
				header.Del(tc.header)
			}
			res := upgradeError(t, "GET", enginePath+"?EIO=4&transport=websocket", header)
			if res.status != http.StatusBadRequest {
				t.Errorf("got %d %q, want 400", res.status, res.body)
			}
			if tc.header == "Sec-Websocket-Version" {
				res.wantHeader(t, tc.header, "13, 8")
			}
		})
	}
}

func TestUpgradeOfThePollingTransportIsClosed(t *testing.T) {
	t.Parallel()
	ws := dialWebSocket(t, protocolURL, enginePath+"?EIO=4&transport=polling", nil)
	ws.wantClose(t, closeNoCode)
}

func TestUpgradeOnAPathOfNobodyIsClosed(t *testing.T) {
	t.Parallel()
	c := newHTTPConn(t, serverURL)
	c.send(t, "GET", "/nobody/here", upgradeHeader(), "")
	if res, dropped := c.receiveOrDrop(t); !dropped && res.status == http.StatusSwitchingProtocols {
		t.Fatal("a WebSocket was opened on a path that nobody serves")
	}
}
