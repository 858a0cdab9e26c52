package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"signaling/internal/wiretest"
)

// reply is an answer as it came over the wire, its body not decoded.
type reply struct {
	status int
	header http.Header
	body   string
}

// serve runs h on a port of the kernel's choice until the test ends and returns
// its address.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// ask sends one request as it is written, without the cleaning that an HTTP
// client does: a method, a target and header lines such as "Range: bytes=0-1".
func ask(t *testing.T, addr, method, target string, headers ...string) reply {
	t.Helper()
	conn := wiretest.DialTCP(t, addr)
	lines := append([]string{method + " " + target + " HTTP/1.1", "Host: test", "Connection: close"}, headers...)
	if _, err := fmt.Fprint(conn, strings.Join(lines, "\r\n"), "\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// wantHeader compares one header; "" means absent.
func (r reply) wantHeader(t *testing.T, name, want string) {
	t.Helper()
	if got := strings.Join(r.header.Values(name), " | "); got != want {
		t.Errorf("%s is %q, want %q", name, got, want)
	}
}

// encoded returns content in a coding, as clients have always been sent it.
func encoded(coding, content string) []byte {
	var buf bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "br":
		w = brotli.NewWriterLevel(&buf, 9)
	case "gzip":
		w = gzip.NewWriter(&buf)
	case "deflate":
		w = zlib.NewWriter(&buf)
	}
	io.WriteString(w, content) // a bytes.Buffer takes everything
	w.Close()
	return buf.Bytes()
}

// decoded returns the body as its Content-Encoding says to read it.
func (r reply) decoded(t *testing.T) string {
	t.Helper()
	body := io.Reader(strings.NewReader(r.body))
	var err error
	switch encoding := r.header.Get("Content-Encoding"); encoding {
	case "":
	case "br":
		body = brotli.NewReader(body)
	case "gzip":
		body, err = gzip.NewReader(body)
	case "deflate":
		body, err = zlib.NewReader(body)
	default:
		t.Fatalf("unknown encoding %q", encoding)
	}
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if _, err := buf.ReadFrom(body); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}
