//go:build field

package field

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// answers are the answers to the requests of one connection.
type answers struct {
	conn   *net.TCPConn
	reader *bufio.Reader
}

func dial(t *testing.T, addr string) *answers {
	conn := wiretest.DialTCP(t, addr)
	return &answers{conn, bufio.NewReader(conn)}
}

func (a *answers) write(t *testing.T, request string) {
	t.Helper()
	if _, err := io.WriteString(a.conn, request); err != nil {
		t.Fatal(err)
	}
}

// next reads the next answer.
func (a *answers) next(t *testing.T) wiretest.Answer {
	t.Helper()
	res, err := http.ReadResponse(a.reader, nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("half an answer: %v", err)
	}
	return wiretest.Answer{Status: res.StatusCode, Header: res.Header, Body: string(body)}
}

// post is a POST of a packet, with what some clients send behind its body.
func post(target, body, behind string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s%s", target, len(body), body, behind)
}

// Section 2.2 of RFC 9112: an empty line before a request line is ignored. The
// println of a microcontroller leaves one behind each body.
func TestLineEndsBetweenRequests(t *testing.T) {
	for name, lineEnd := range map[string]string{"one": "\r\n", "two": "\r\n\r\n", "a bare one": "\n"} {
		t.Run(name+" behind each POST", func(t *testing.T) {
			t.Parallel()
			s := start(t)
			other := wiretest.Connect(t, s.addr)
			p := joinPolling(t, s.addr, pollingTarget)
			c := dial(t, s.addr)
			for i := range 3 {
				event := fmt.Sprintf(`42["offer",%d]`, i)
				c.write(t, post(p.Target, event, lineEnd))
				c.next(t).Want(t, 200, "ok")
				other.Want(t, event)
			}
			c.write(t, post(p.Target, `42["offer",3]`, lineEnd)+post(p.Target, `42["offer",4]`, lineEnd)) // in one segment
			c.next(t).Want(t, 200, "ok")
			c.next(t).Want(t, 200, "ok")
			other.Want(t, `42["offer",3]`, `42["offer",4]`)
			other.Send(t, `42["offer",5]`)
			c.write(t, get(p.Target, "Host: x"))
			c.next(t).Want(t, 200, `42["offer",5]`)
		})
		for page, target := range map[string]string{"a handshake": pollingTarget, "a page": "/"} {
			t.Run(name+" before the first request, for "+page, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				c := dial(t, s.addr)
				c.write(t, lineEnd+get(target, "Host: x"))
				if a := c.next(t); a.Status != 200 && !(peerIsNode() && target == "/") {
					t.Errorf("the answer is %d %.200q", a.Status, a.Body)
				}
			})
		}
	}
}

// wantApart checks who can hear whom: a client that asked for a room and was let
// in hears its room, and nobody outside.
func wantApart(t *testing.T, s *server, query string) {
	t.Helper()
	stranger := wiretest.Connect(t, s.addr)
	inside := make([]*wiretest.WebSocket, 2)
	for i := range inside {
		w, err := wiretest.TryDial(s.addr, wiretest.PeerTarget+"&"+query)
		if err != nil {
			return // refused: nobody is where they do not want to be
		}
		t.Cleanup(func() { w.Conn.Close() })
		w.Next(t)
		w.Send(t, "40")
		switch reply := w.Next(t).Payload; {
		case strings.HasPrefix(reply, "44"):
			return // likewise
		case !strings.HasPrefix(reply, "40"):
			t.Fatalf("CONNECT is answered %q", reply)
		}
		inside[i] = w
	}
	inside[0].Send(t, `42["offer","secret"]`)
	stranger.Send(t, `42["offer","public"]`, `42["message",{"channel":"`+stranger.ID+`","message":"end"}]`)
	heard := inside[1].Next(t).Payload
	if heard != `42["offer","secret"]` {
		t.Errorf("in the room %q is heard first, want the offer of the one who is there", heard)
	}
	other := wiretest.Connect(t, s.addr)
	other.Send(t, `42["message",{"channel":"`+stranger.ID+`","message":"end"}]`)
	if heard := stranger.Next(t).Payload; heard != `42["message","end"]` {
		t.Errorf("outside %q is heard", heard)
	}
}

// A query may have characters that no browser leaves as they are; who asks for a
// room with them is in it, or is refused, but not among strangers.
func TestRoomsInQueriesThatAreNotEscaped(t *testing.T) {
	for _, query := range []string{"room=a;b", "room=100%", "room=a%zzb", "room=%", "room=a&x=1;2&room=b", "name=Ann;x&room=a", "room=a%2", "room=a+b;c"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			wantApart(t, start(t), query)
		})
	}
}

// A token in the query is read as all of the query is.
func TestTokensInQueriesThatAreNotEscaped(t *testing.T) {
	for _, token := range []string{"0123456789;abcdef", "0123456789%abcdef", "0123456789abcdef%"} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			secret := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(secret, []byte(token+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			s := start(t, "-auth", "token", "-auth-key", secret)
			for target, join := range map[string]bool{
				wiretest.PeerTarget + "&token=" + token:              true,
				wiretest.PeerTarget + "&token=" + token + "x":        false,
				wiretest.PeerTarget + "&x=a;b&token=0123456789abcde": false,
			} {
				w := wiretest.Dial(t, s.addr, target)
				w.Next(t)
				w.Send(t, "40")
				if reply := w.Next(t).Payload; strings.HasPrefix(reply, "40") != join {
					t.Errorf("%s is answered %.200q", target, reply)
				}
			}
		})
	}
}

// Load balancers ask whether a server is there, in ways of their own.
func TestHealthChecks(t *testing.T) {
	s := start(t)
	for name, request := range map[string]string{
		"HAProxy's default":                 "OPTIONS / HTTP/1.0\r\n\r\n",
		"HAProxy's default with a host":     "OPTIONS / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"OPTIONS for the server as a whole": "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"HEAD of HTTP/1.0":                  "HEAD / HTTP/1.0\r\n\r\n",
		"GET of HTTP/1.0":                   "GET /healthz HTTP/1.0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			res, body := exchangeOf(t, s.addr, strings.Fields(request)[0], request)
			if res.StatusCode/100 != 2 && res.StatusCode/100 != 3 {
				t.Errorf("the answer is %d %.200q", res.StatusCode, body)
			}
		})
	}
}

// exchangeOf is exchange for a request of another method than GET.
func exchangeOf(t *testing.T, addr, method, request string) (*http.Response, string) {
	t.Helper()
	conn := wiretest.DialTCP(t, addr)
	defer conn.Close()
	io.WriteString(conn, request)
	res, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("no answer to %.200q: %v", request, err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res, string(body)
}

// A client that could do better than HTTP/1.1 says so in each request; a server
// that cannot ignores it, section 7.8 of RFC 9110.
func TestUpgradesThatNobodyKnowsAreIgnored(t *testing.T) {
	s := start(t)
	for name, lines := range map[string][]string{
		"curl --http2":      {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"},
		"Java's HttpClient": {"Connection: Upgrade, HTTP2-Settings", "Content-Length: 0", "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA", "Upgrade: h2c"},
		"TLS in the middle": {"Connection: upgrade", "Upgrade: TLS/1.3"},
	} {
		for _, target := range []string{"/", "/room/", "/healthz"} { // below /socket.io/ Node refuses it
			t.Run(name+" "+target, func(t *testing.T) {
				t.Parallel()
				res, body := exchange(t, s.addr, get(target, append([]string{"Host: x"}, lines...)...))
				if res.StatusCode != 200 {
					t.Errorf("the answer is %d %.200q", res.StatusCode, body)
				}
			})
		}
	}
}

// A head may end in bare line feeds: section 2.2 of RFC 9112 lets a server take
// them, or refuse them, but not wait.
func TestHeadsWithBareLineFeedsAreAnswered(t *testing.T) {
	s := start(t, "-header-timeout", "5s")
	for name, request := range map[string]string{
		"the last two lines":      "GET " + pollingTarget + " HTTP/1.1\r\nHost: x\n\n",
		"the end":                 "GET " + pollingTarget + " HTTP/1.1\r\nHost: x\r\nA: b\n\n",
		"the end alone":           "GET " + pollingTarget + " HTTP/1.1\r\nHost: x\r\n\n",
		"all lines but the first": "GET " + pollingTarget + " HTTP/1.1\r\nHost: x\nA: b\nC: d\n\n",
		"all lines":               "GET " + pollingTarget + " HTTP/1.1\nHost: x\n\n",
		"a page":                  "GET / HTTP/1.1\r\nHost: x\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if res, body := exchange(t, s.addr, request); res.StatusCode != 200 && res.StatusCode != 400 {
				t.Errorf("the answer is %d %.200q", res.StatusCode, body)
			}
		})
	}
}

// What is sent behind a poll that is held is handled, as Node does: the poll's
// answer may depend on it.
func TestPostBehindAPollThatIsHeld(t *testing.T) {
	s := start(t)
	other := wiretest.Connect(t, s.addr)
	p := joinPolling(t, s.addr, pollingTarget)
	for name, request := range map[string]string{
		"in one segment": get(p.Target, "Host: x") + post(p.Target, `42["offer",1]`, ""),
		"chunked":        get(p.Target, "Host: x") + "POST " + p.Target + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n42[\"offer\",1]\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s.addr)
			c.write(t, request)
			other.Want(t, `42["offer",1]`)
			other.Send(t, `42["offer",2]`)
			c.next(t).Want(t, 200, `42["offer",2]`) // in the order of the requests
			c.next(t).Want(t, 200, "ok")
		})
	}
}

// What Node reads, and browsers of old or programs send.
func TestRequestsThatNodeReads(t *testing.T) {
	s := start(t)
	for name, request := range map[string]string{
		"a fragment in the target": get(pollingTarget+"#fragment", "Host: x"),
		"Host twice, equal":        get(pollingTarget, "Host: x", "Host: x"),
		"Host in UTF-8":            get(pollingTarget, "Host: b\u00fccher.example"),
	} {
		t.Run(name, func(t *testing.T) {
			res, body := exchange(t, s.addr, request)
			if res.StatusCode != 200 {
				t.Errorf("the answer is %d %.200q", res.StatusCode, body)
			}
		})
	}
}

// A request that two programs could read in two ways is refused, and with it
// everything behind it.
func TestRequestsWithTwoLengthsAreRefused(t *testing.T) {
	s := start(t)
	for _, target := range []string{"/", pollingTarget, pollingTarget + "&sid=SID"} {
		for name, fields := range map[string]string{
			"the length first": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
			"the length last":  "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
		} {
			t.Run(name+" "+target, func(t *testing.T) {
				p := joinPolling(t, s.addr, pollingTarget)
				c := dial(t, s.addr)
				c.write(t, "POST "+strings.Replace(target, "SID", p.SID, 1)+" HTTP/1.1\r\nHost: x\r\n"+fields+"\r\n0\r\n\r\n")
				if a := c.next(t); a.Status != 400 || strings.HasPrefix(a.Body, "{") {
					t.Fatalf("the answer is %d %.200q", a.Status, a.Body)
				}
				if rest, _ := io.ReadAll(c.reader); len(rest) > 0 {
					t.Errorf("behind it comes %.100q", rest)
				}
			})
		}
	}
}

// A namespace of revision 3 with a query that is no URL is refused like any
// other, under its own name, and its session goes on.
func TestNamespacesOfRevision3WithControlCharacters(t *testing.T) {
	s := start(t)
	for _, packet := range []string{"40/x?\x01", "40/x?a=\x7f", "40/x?a=%zz", "40/x\x01?a=1", "40/x?:a"} {
		t.Run(fmt.Sprintf("%q", packet), func(t *testing.T) {
			t.Parallel()
			w := wiretest.Dial(t, s.addr, "/socket.io/?EIO=3&transport=websocket")
			w.Next(t)
			w.Want(t, "40")
			w.Send(t, packet)
			namespace, _, _ := strings.Cut(strings.TrimPrefix(packet, "40"), "?")
			w.Want(t, `44`+namespace+`,{"message":"Invalid namespace"}`)
			w.Send(t, "2")
			w.Want(t, "3")
		})
	}
}

// Proxies name their clients in more ways than one.
func TestClientsBehindProxies(t *testing.T) {
	for _, row := range []struct {
		name          string
		first, second string // lines of two clients
		apart         bool
	}{
		{"X-Forwarded-For", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2", true},
		{"X-Forwarded-For in quotes", `X-Forwarded-For: "192.0.2.1"`, `X-Forwarded-For: "192.0.2.2"`, true},
		{"X-Forwarded-For in quotes, with ports", `X-Forwarded-For: "192.0.2.1:4711"`, `X-Forwarded-For: "192.0.2.1:4712"`, false},
		{"X-Forwarded-For in quotes, of IPv6", `X-Forwarded-For: "[2001:db8:1::1]:4711"`, `X-Forwarded-For: "[2001:db8:2::1]:4711"`, true},
		{"Forwarded", "Forwarded: for=192.0.2.1", "Forwarded: for=192.0.2.2", true},
		{"Forwarded with all that it may have", `Forwarded: proto=https;For="[2001:db8:1::1]:4711";by=203.0.113.43`, `Forwarded: proto=https;For="[2001:db8:2::1]:4711";by=203.0.113.43`, true},
		{"Forwarded through two proxies", "Forwarded: for=192.0.2.1, for=127.0.0.1", "Forwarded: for=192.0.2.2;host=x, for=127.0.0.1", true},
		{"Forwarded whose beginning is forged", "Forwarded: for=198.51.100.1, for=192.0.2.1", "Forwarded: for=198.51.100.2, for=192.0.2.1", false},
		{"Forwarded beside X-Forwarded-For, which a proxy that writes the one passes on", "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=198.51.100.1", "X-Forwarded-For: 192.0.2.1\r\nForwarded: for=198.51.100.2", false},
		{"Forwarded that hides the client", "Forwarded: for=_hidden", "Forwarded: for=unknown", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "-trusted-proxies", "127.0.0.1", "-max-sessions-per-ip", "1")
			if res, body := exchange(t, s.addr, get(pollingTarget, "Host: x", row.first)); res.StatusCode != 200 {
				t.Fatalf("the first client is answered %d %.200q", res.StatusCode, body)
			}
			if res, body := exchange(t, s.addr, get(pollingTarget, "Host: x", row.second)); (res.StatusCode == 200) != row.apart {
				t.Errorf("the second client is answered %d %.200q", res.StatusCode, body)
			}
		})
	}
}

// A client that awaits one message at a time loses what comes at once with the
// one before. A pause between two cannot be had without fail: on a busy machine
// the client looks late. Node's server is heard out in about half of the cases.
func TestClientsThatAwaitOneMessageAtATime(t *testing.T) {
	const runs, least = 20, 5
	s := run(t, protocolProgram, "-addr", "127.0.0.1:0")
	cmd := exec.Command("node", "awaiting.mjs", "http://"+s.addr, strconv.Itoa(runs))
	cmd.Stderr = os.Stderr
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("the client fails, see its packages in test/compat: %v", err)
	}
	var outcome map[string]struct {
		Held     int
		Failures []string
	}
	if err := json.Unmarshal(said, &outcome); err != nil {
		t.Fatalf("%v: %.200q", err, said)
	}
	for exchange, of := range outcome {
		if of.Held < least {
			t.Errorf("%s: %d of %d runs hold, the first that fails with %q", exchange, of.Held, runs, of.Failures[0])
		} else {
			t.Logf("%s: %d of %d runs hold", exchange, of.Held, runs)
		}
	}
}
