//go:build field

package field

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// The site that may use the server in these tests, and that of an attacker.
const (
	listedOrigin  = "https://good.example"
	foreignOrigin = "https://evil.example"
	foreignPage   = foreignOrigin + "/page.html"
)

// ownNames has the server know the names that it is reached by. Whoever else's
// name leads to its address is an attacker's: that is DNS rebinding.
var ownNames = []string{"-hosts", "signal.example"}

// exchange sends a request as it is and returns the answer, after closing the
// connection.
func exchange(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	conn := wiretest.DialTCP(t, addr)
	defer conn.Close()
	io.WriteString(conn, request)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer to %.200q: %v", request, err)
	}
	defer res.Body.Close()
	var body []byte
	if res.StatusCode != http.StatusSwitchingProtocols {
		if body, err = io.ReadAll(res.Body); err != nil {
			t.Fatalf("the answer to %.200q: %v", request, err)
		}
	}
	return res, string(body)
}

// get is a GET request with the lines in its header, the first of which names
// the host.
func get(target string, lines ...string) string {
	return "GET " + target + " HTTP/1.1\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n"
}

// handshakes are the targets that open a session.
var handshakes = map[string]string{
	"polling":   "/socket.io/?EIO=4&transport=polling",
	"WebSocket": wiretest.PeerTarget,
}

// webSocketLines ask for an upgrade.
var webSocketLines = []string{"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}

func TestHandshakesOfForeignPages(t *testing.T) {
	for _, row := range []struct {
		name  string
		lines []string // HOST stands for the address of the server
		in    bool
	}{
		{"a page of a listed origin", []string{"Host: HOST", "Origin: " + listedOrigin, "Sec-Fetch-Site: cross-site", "Referer: " + listedOrigin + "/a"}, true},
		{"a listed page, by its Referer", []string{"Host: HOST", "Sec-Fetch-Site: cross-site", "Referer: " + listedOrigin + "/a"}, true},
		{"our own page, without Origin", []string{"Host: HOST", "Sec-Fetch-Site: same-origin", "Referer: http://HOST/room/"}, true},
		{"our own page, of a browser without Sec-Fetch-Site", []string{"Host: HOST", "Referer: http://HOST/room/"}, true},
		{"an address that a person typed", []string{"Host: HOST", "Sec-Fetch-Site: none"}, true},
		{"a program", []string{"Host: HOST"}, true},
		{"a foreign page", []string{"Host: HOST", "Origin: " + foreignOrigin}, false},
		{"a foreign page without Origin", []string{"Host: HOST", "Sec-Fetch-Site: cross-site"}, false},
		{"a page of a sibling site without Origin", []string{"Host: HOST", "Sec-Fetch-Site: same-site"}, false},
		{"a foreign page, by its Referer", []string{"Host: HOST", "Referer: " + foreignPage}, false},
		{"a foreign page that hides what it is", []string{"Host: HOST", "Origin: null"}, false},
	} {
		for transport, target := range handshakes {
			t.Run(row.name+" over "+transport, func(t *testing.T) {
				t.Parallel()
				s := start(t, "-origins", listedOrigin)
				lines := row.lines
				if transport == "WebSocket" {
					lines = append(append([]string{}, lines...), webSocketLines...)
				}
				res, body := exchange(t, s.addr, strings.ReplaceAll(get(target, lines...), "HOST", s.addr))
				wantAdmitted(t, res, body, row.in)
			})
		}
	}
}

func wantAdmitted(t *testing.T, res *http.Response, body string, in bool) {
	t.Helper()
	admitted := res.StatusCode == http.StatusOK || res.StatusCode == http.StatusSwitchingProtocols
	if admitted != in {
		t.Errorf("the answer is %d %.200q", res.StatusCode, body)
	}
}

// A script tag sends no Origin, and its page reads what it brings.
func TestScriptTagsOpenNoSessionWhereOriginsAreRestricted(t *testing.T) {
	s := start(t, "-origins", listedOrigin)
	for name, target := range map[string]string{
		"revision 4":        "/socket.io/?EIO=4&transport=polling&j=0",
		"revision 3":        "/socket.io/?EIO=3&transport=polling&j=12",
		"an escaped key":    "/socket.io/?EIO=4&transport=polling&%6a=0",
		"without an index":  "/socket.io/?EIO=4&transport=polling&j",
		"of an old browser": "/socket.io/?EIO=2&transport=polling&j=0",
	} {
		t.Run(name, func(t *testing.T) {
			res, body := exchange(t, s.addr, get(target, "Host: "+s.addr))
			wantAdmitted(t, res, body, false)
		})
	}
	// Everybody who asks as before gets in.
	wiretest.OpenPolling(t, start(t).addr, "/socket.io/?EIO=4&transport=polling&j=0")
}

// Whoever has learned the id of a session, by whatever way, cannot use it from
// another site.
func TestRequestsOfASessionFromForeignPages(t *testing.T) {
	const event = `42["offer","forged"]`
	post := func(target string, lines ...string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\n%s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s",
			target, strings.Join(lines, "\r\n"), len(event), event)
	}
	for _, row := range []struct {
		name    string
		line    string
		request func(target string, lines ...string) string
	}{
		{"a poll", "Origin: " + foreignOrigin, get},
		{"a poll by a script tag", "Sec-Fetch-Site: cross-site", get},
		{"a form", "Origin: " + foreignOrigin, post},
		{"a form that hides where it is", "Origin: null", post},
		{"a form of a browser that sends no Origin", "Referer: " + foreignPage, post},
		{"an upgrade to WebSocket", "Origin: " + foreignOrigin, func(target string, lines ...string) string {
			return get(strings.Replace(target, "polling", "websocket", 1), append(lines, webSocketLines...)...)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "-origins", listedOrigin)
			other := wiretest.Connect(t, s.addr)
			p := joinPolling(t, s.addr, pollingTarget)
			other.Send(t, `42["offer","waiting"]`) // so that a poll would be answered
			res, body := exchange(t, s.addr, row.request(p.Target, "Host: "+s.addr, row.line))
			wantAdmitted(t, res, body, false)
			p.Want(t, 200, `42["offer","waiting"]`) // the session lives on, and lost nothing
			p.Post(t, `42["offer","own"]`)
			other.Want(t, `42["offer","own"]`)
		})
	}
}

// What lets a request in is what its answer allows to be read.
func TestTwoOriginsInOneRequest(t *testing.T) {
	s := start(t, "-origins", listedOrigin)
	for name, origins := range map[string][2]string{
		"the listed one first": {listedOrigin, foreignOrigin},
		"the listed one last":  {foreignOrigin, listedOrigin},
	} {
		t.Run(name, func(t *testing.T) {
			res, body := exchange(t, s.addr, get(handshakes["polling"], "Host: "+s.addr, "Origin: "+origins[0], "Origin: "+origins[1]))
			allowed := res.Header.Get("Access-Control-Allow-Origin")
			if (res.StatusCode == http.StatusOK) != (allowed == listedOrigin) {
				t.Errorf("the answer is %d %.100q, to be read by %q", res.StatusCode, body, allowed)
			}
		})
	}
}

// A page of evil.example whose name the attacker has since given our address is
// of the same origin as we are, to its browser and by its headers.
func TestNamesThatAreNotOurs(t *testing.T) {
	for _, row := range []struct {
		name  string
		lines []string
		in    bool
	}{
		{"our name", []string{"Host: signal.example"}, true},
		{"our name with a port, and our own page", []string{"Host: signal.example:8181", "Origin: http://signal.example:8181"}, true},
		{"our name in capitals", []string{"Host: SIGNAL.example", "Origin: https://signal.example"}, true},
		{"our address", []string{"Host: HOST", "Origin: http://HOST"}, true},
		{"an address of IPv6", []string{"Host: [::1]:8181", "Origin: http://[::1]:8181"}, true},
		{"localhost", []string{"Host: localhost:8181", "Origin: http://localhost:8181"}, true},
		{"a listed page", []string{"Host: signal.example", "Origin: " + listedOrigin}, true},
		{"a rebound name, with its Origin", []string{"Host: evil.example", "Origin: http://evil.example"}, false},
		{"a rebound name, as a poll that has no Origin", []string{"Host: evil.example", "Sec-Fetch-Site: same-origin"}, false},
		{"a rebound name, of a browser that says nothing", []string{"Host: evil.example"}, false},
		{"a name that ends like ours", []string{"Host: evilsignal.example"}, false},
	} {
		for transport, target := range handshakes {
			t.Run(row.name+" over "+transport, func(t *testing.T) {
				t.Parallel()
				s := start(t, append([]string{"-origins", listedOrigin}, ownNames...)...)
				lines := row.lines
				if transport == "WebSocket" {
					lines = append(append([]string{}, lines...), webSocketLines...)
				}
				res, body := exchange(t, s.addr, strings.ReplaceAll(get(target, lines...), "HOST", s.addr))
				wantAdmitted(t, res, body, row.in)
			})
		}
	}
}
