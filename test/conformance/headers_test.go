package conformance

import (
	"net/http"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

const page = "http://page.example"

// fromPage is the header of a request that a page of another origin makes.
func fromPage() http.Header { return http.Header{"Origin": {page}} }

var socket4 = endpoint{socketPath, revision4}

// wantEcho checks that the signaling server allows the page's origin, with
// credentials, by echoing it.
func wantEcho(t *testing.T, header http.Header) {
	t.Helper()
	r := response{header: header}
	r.wantHeader(t, "Access-Control-Allow-Origin", page)
	r.wantHeader(t, "Access-Control-Allow-Credentials", "true")
	if !strings.Contains(strings.Join(header.Values("Vary"), ","), "Origin") {
		t.Errorf("Vary is %q, want Origin in it", header.Values("Vary"))
	}
}

func TestCrossOriginAnswers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, query string
		status      int
	}{
		{"a handshake", "?EIO=4&transport=polling", http.StatusOK},
		{"an unknown transport", "?EIO=4&transport=abc", http.StatusBadRequest},
		{"an unknown session", "?EIO=4&transport=polling&sid=abc", http.StatusBadRequest},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			res := fetch(t, serverURL, "GET", socketPath+tc.query, fromPage(), "")
			if res.status != tc.status {
				t.Errorf("got %d %q, want %d", res.status, res.body, tc.status)
			}
			wantEcho(t, res.header)
		})
	}
	t.Run("a POST", func(t *testing.T) {
		t.Parallel()
		s := openPolling(t, serverURL, socket4, "")
		res := fetch(t, serverURL, "POST", s.target(), fromPage(), "40")
		res.want(t, http.StatusOK, "ok")
		wantEcho(t, res.header)
	})
	t.Run("a WebSocket", func(t *testing.T) {
		t.Parallel()
		wantEcho(t, dialWebSocket(t, serverURL, socket4.query("websocket"), fromPage()).header)
	})
}

// A preflight is answered before the request is looked at.
func TestPreflight(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"?EIO=4&transport=polling", "?EIO=4&transport=abc", "?sid=abc", ""} {
		header := fromPage()
		header.Set("Access-Control-Request-Method", "POST")
		header.Set("Access-Control-Request-Headers", "X-One, content-type")
		res := fetch(t, serverURL, "OPTIONS", socketPath+query, header, "")
		res.want(t, http.StatusNoContent, "")
		res.wantHeader(t, "Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
		res.wantHeader(t, "Access-Control-Allow-Headers", "X-One, content-type")
		wantEcho(t, res.header)
	}
}

func TestAnyOriginMayUseTheProtocolServer(t *testing.T) {
	t.Parallel()
	for _, path := range []string{enginePath, socketPath} {
		res := fetch(t, protocolURL, "GET", path+"?EIO=4&transport=polling", fromPage(), "")
		if got := res.header.Get("Access-Control-Allow-Origin"); got != "*" && got != page {
			t.Errorf("%s: Access-Control-Allow-Origin is %q, want * or %s", path, got, page)
		}
	}
}

func TestOldBrowsersAreToldNotToFilter(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/4.0 (compatible;MSIE 8.0)":       "0",
		"Mozilla/5.0 (Trident/7.0; rv:11.0)":      "0",
		"Mozilla/5.0 (X11; Linux) Gecko/20100101": "",
	} {
		header := http.Header{"User-Agent": {agent}}
		res := fetch(t, serverURL, "GET", socket4.query("polling"), header, "")
		res.wantHeader(t, "X-XSS-Protection", want)
	}
}

func TestFirstSubprotocolIsChosen(t *testing.T) {
	t.Parallel()
	header := http.Header{"Sec-Websocket-Protocol": {"one, two"}}
	ws := dialWebSocket(t, serverURL, socket4.query("websocket"), header)
	response{header: ws.header}.wantHeader(t, "Sec-WebSocket-Protocol", "one")
}

func TestOfferedExtensionsAreIgnored(t *testing.T) {
	t.Parallel()
	header := http.Header{"Sec-Websocket-Extensions": {"permessage-deflate; client_max_window_bits"}}
	ws := dialWebSocket(t, serverURL, socket4.query("websocket"), header)
	response{header: ws.header}.wantHeader(t, "Sec-WebSocket-Extensions", "")
}

func TestNoCookieIsSet(t *testing.T) {
	t.Parallel()
	res := fetch(t, serverURL, "GET", socket4.query("polling"), nil, "")
	res.wantHeader(t, "Set-Cookie", "")
}

// decompress undoes a content encoding.
func decompress(t *testing.T, encoding, body string) string {
	t.Helper()
	plain, err := wiretest.Expand(encoding, body)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestLargePollsAreCompressed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, accept, encoding string
		size                   int
	}{
		{"gzip", "gzip, deflate, br", "gzip", 1024},
		{"deflate", "deflate", "deflate", 1024},
		{"the client's preference", "gzip;q=0.1, deflate", "deflate", 1024},
		{"under the threshold", "gzip", "", 1023},
		{"gzip is refused", "gzip;q=0, identity", "", 1024},
		{"only an encoding that is not offered", "br", "", 1024},
		{"no Accept-Encoding", "", "", 1024},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
				overhead := len(rev.payload("4"+strings.Repeat("a", 1000))) - 1000
				packet := "4" + strings.Repeat("a", tc.size-overhead)
				s.post(t, packet).want(t, http.StatusOK, "ok")
				header := http.Header{"Accept-Encoding": {tc.accept}}
				if tc.accept == "" {
					header = nil
				}
				res := s.poll.do(t, "GET", s.target(), header, "")
				res.wantHeader(t, "Content-Encoding", tc.encoding)
				if body := decompress(t, tc.encoding, res.body); body != rev.payload(packet) {
					t.Errorf("got %.60q, want %.60q", body, rev.payload(packet))
				}
			})
		})
	}
}
