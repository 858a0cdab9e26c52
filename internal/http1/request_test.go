package http1

import (
	"bufio"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// reading is a front that reads requests to target.
var reading = &Server{opts: Options{
	FastPath: func(path string) (http.Handler, int64) {
		if path == "/engine.io/" {
			return http.NotFoundHandler(), 100
		}
		return nil, 0
	},
	HeaderBytes: 1000,
}}

// What a client of the engine has no reason to send is left to net/http.
func TestRequestsThatTheEngineReadsItself(t *testing.T) {
	const get = "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n"
	const post = "POST /engine.io/?EIO=4&transport=polling&sid=a HTTP/1.1\r\nHost: a\r\n"
	const (
		ours = iota
		others
		partly
	)
	for _, row := range []struct {
		name, sent string
		want       int
	}{
		{"a poll", get + "Host: a\r\n\r\n", ours},
		{"with a port, by IPv6", get + "Host: [::1]:80\r\n\r\n", ours},
		{"with what browsers send", get + "Host: a\r\nConnection: keep-alive\r\nsec-ch-ua: \"Chromium\";v=\"1\"\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n", ours},
		{"an upgrade", get + "Host: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n", ours},
		{"a POST", post + "Content-Length: 3\r\n\r\n4ab", ours},
		{"a POST without a body", post + "Content-Length: 0\r\n\r\n", ours},
		{"a name twice that may be", get + "Host: a\r\nX-Forwarded-For: b\r\nX-Forwarded-For: c\r\n\r\n", ours},
		{"beyond ASCII in a value", get + "Host: a\r\nX: \xC3\xA9\xFF\r\n\r\n", ours},
		{"space around a value", get + "Host: \t a \t\r\n\r\n", ours},
		{"an empty value", get + "Host: a\r\nAccept:\r\n\r\n", ours},

		{"nothing but a letter", "G", partly},
		{"half a line", get[:20], partly},
		{"a line", get, partly},
		{"half a header", get + "Host: a\r\nAcc", partly},

		{"another path", strings.Replace(get, "engine", "socket", 1) + "Host: a\r\n\r\n", others},
		{"the beginning of another path", strings.Replace(get, "engine", "socket", 1) + "Host: a\r\n", others},
		{"another method", "HEAD" + get[3:] + "Host: a\r\n\r\n", others},
		{"the beginning of another method", "OPT", others},
		{"no query", "GET /engine.io/ HTTP/1.1\r\nHost: a\r\n\r\n", others},
		{"an escape in the path", strings.Replace(get, "engine", "%65ngine", 1) + "Host: a\r\n\r\n", others},
		{"an absolute target", "GET http://a" + get[4:] + "Host: a\r\n\r\n", others},
		{"a fragment", "GET /engine.io/?EIO=4#a HTTP/1.1\r\nHost: a\r\n\r\n", others},
		{"a space in the query", "GET /engine.io/?EIO=4 a HTTP/1.1\r\nHost: a\r\n\r\n", others},
		{"beyond ASCII in the query", "GET /engine.io/?EIO=\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n", others},
		{"HTTP/1.0", strings.Replace(get, "1.1", "1.0", 1) + "Host: a\r\n\r\n", others},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", others},
		{"TLS", "\x16\x03\x01\x02\x00\x01", others},
		{"an empty line before", "\r\n" + get + "Host: a\r\n\r\n", others},
		{"line feeds alone", strings.ReplaceAll(get+"Host: a\r\n\r\n", "\r\n", "\n") + "\r\n\r\n", others},
		{"a line feed in a value", get + "Host: a\r\nX: a\nY: b\r\n\r\n", others},
		{"a carriage return in a value", get + "Host: a\r\nX: a\rY: b\r\n\r\n", others},
		{"a null in a value", get + "Host: a\r\nX: \x00\r\n\r\n", others},
		{"a folded line", get + "Host: a\r\nX: a\r\n b\r\n\r\n", others},
		{"space before the colon", get + "Host: a\r\nX : a\r\n\r\n", others},
		{"no colon", get + "Host: a\r\nX\r\n\r\n", others},
		{"no name", get + "Host: a\r\n: a\r\n\r\n", others},
		{"no host", get + "Accept: */*\r\n\r\n", others},
		{"no header", get + "\r\n", others},
		{"an empty host", get + "Host:\r\n\r\n", others},
		{"two hosts", get + "Host: a\r\nHost: a\r\n\r\n", others},
		{"a host that is none", get + "Host: a/b\r\n\r\n", others},
		{"the end of the connection", get + "Host: a\r\nConnection: close\r\n\r\n", others},
		{"a field that is for the next hop", get + "Host: a\r\nConnection: x\r\nX: a\r\n\r\n", others},
		{"a GET with a body", get + "Host: a\r\nContent-Length: 1\r\n\r\na", others},
		{"a POST without a length", post + "\r\n", others},
		{"two lengths", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n4ab", others},
		{"a length with a sign", post + "Content-Length: +3\r\n\r\n4ab", others},
		{"a length that is none", post + "Content-Length: 3, 3\r\n\r\n4ab", others},
		{"a length that is too large", post + "Content-Length: 99999999999999999999\r\n\r\n", others},
		{"more than the handler takes", post + "Content-Length: 101\r\n\r\n", others},
		{"chunks", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", others},
		{"chunks and a length", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n4ab", others},
		{"a body that waits to be asked for", post + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", others},
		{"a POST that upgrades", post + "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n", others},
		{"a header that is too large", get + "Host: a\r\nX: " + strings.Repeat("a", 1000) + "\r\n\r\n", others},
		{"half of one that is too large", get + "Host: a\r\nX: " + strings.Repeat("a", 1000), others},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, h, size, more := reading.parseHead([]byte(row.sent))
			got := others
			switch {
			case h != nil:
				got = ours
			case more:
				got = partly
			}
			if got != row.want || (h != nil) != (r != nil) || h != nil && more {
				t.Fatalf("it is %v, %v, %d, %v", r, h, size, more)
			}
			if got == ours {
				sameAsNetHTTP(t, []byte(row.sent), r)
			}
		})
	}
}

// sameAsNetHTTP fails unless net/http reads the same request.
func sameAsNetHTTP(t *testing.T, sent []byte, got *http.Request) {
	t.Helper()
	want, err := http.ReadRequest(bufio.NewReader(strings.NewReader(string(sent))))
	if err != nil {
		t.Fatalf("net/http does not take %q: %v", sent, err)
	}
	if got.Method != want.Method || got.RequestURI != want.RequestURI || !reflect.DeepEqual(got.URL, want.URL) ||
		got.Host != want.Host || got.ContentLength != want.ContentLength || got.Proto != want.Proto || want.Close || want.TransferEncoding != nil {
		t.Errorf("of %q the request is %+v, for net/http %+v", sent, got, want)
	}
	if pragma := want.Header["Pragma"]; len(pragma) > 0 && pragma[0] == "no-cache" && got.Header["Cache-Control"] == nil {
		delete(want.Header, "Cache-Control") // which net/http makes of it
	}
	if !reflect.DeepEqual(got.Header, want.Header) {
		t.Errorf("of %q the header is %q, for net/http %q", sent, got.Header, want.Header)
	}
}

// What is read here as a request, net/http reads as the same.
func FuzzParseHead(f *testing.F) {
	f.Add([]byte("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nPragma: no-cache\r\n\r\n"))
	f.Add([]byte("POST /engine.io/?EIO=4 HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 3\r\nCookie: a=b\r\nX: \xC3\xA9\r\n\r\n4ab"))
	f.Add([]byte("GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\nA: b\r\nA: c\r\n\r\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		whole := string(sent)
		r, h, size, more := reading.parseHead(sent)
		for i := range len(sent) { // what is one request, or none, in one piece is so in two
			_, begun, _, goesOn := reading.parseHead(sent[:i])
			if h != nil && i < size && (begun != nil || !goesOn) {
				t.Fatalf("%q is given up at %d", sent, i)
			}
			if more && (begun != nil || !goesOn) {
				t.Fatalf("%q is something else at %d", sent, i)
			}
		}
		if h == nil {
			return
		}
		sameAsNetHTTP(t, sent, r)
		clear(sent)
		if again, _, _, _ := reading.parseHead([]byte(whole)); !reflect.DeepEqual(r, again) {
			t.Error("the request shares memory with what was read")
		}
	})
}

func TestCanonicalNames(t *testing.T) {
	for name, got := range canonicalNames {
		if want := http.CanonicalHeaderKey(name); got != want || name == want {
			t.Errorf("of %s it is %s, want %s", name, got, want)
		}
	}
}
