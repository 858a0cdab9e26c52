package conformance

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// patience bounds every single read of a test. Nothing is asserted about how
// long an answer takes; this only ends a test whose answer never comes.
const patience = wiretest.Patience

// settle is how long a test waits for a request to reach the server before the
// next one goes out on another connection.
const settle = 50 * time.Millisecond

// response is one HTTP answer, read to its end.
type response struct {
	status int
	header http.Header
	body   string
}

// httpConn is one keep-alive HTTP/1.1 connection. Sending and receiving are
// separate calls, so that a test decides which request is held while another
// goes out, and a dropped connection is seen rather than retried.
type httpConn struct {
	base   string // http://host:port
	conn   net.Conn
	reader *bufio.Reader
	asked  *http.Request // the request that the next answer belongs to
}

func newHTTPConn(t *testing.T, base string) *httpConn {
	t.Helper()
	c := &httpConn{base: base}
	t.Cleanup(func() {
		if c.conn != nil {
			c.conn.Close()
		}
	})
	return c
}

// send writes one request. It dials first when there is no open connection.
func (c *httpConn) send(t *testing.T, method, target string, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequest(method, c.base+target, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request %s %s: %v", method, target, err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if c.conn == nil {
		c.dial(t)
	}
	c.asked = req
	if err := req.Write(c.conn); err != nil {
		t.Fatalf("write %s %s: %v", method, target, err)
	}
}

func (c *httpConn) dial(t *testing.T) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(c.base, "http://"), patience)
	if err != nil {
		t.Fatalf("dial %s: %v", c.base, err)
	}
	c.conn, c.reader = conn, bufio.NewReader(conn)
}

// receive reads the answer to the last request.
func (c *httpConn) receive(t *testing.T) response {
	t.Helper()
	res, err := c.tryReceive()
	if err != nil {
		t.Fatalf("read the answer to %s %s: %v", c.asked.Method, c.asked.URL.RequestURI(), err)
	}
	return res
}

// receiveOrDrop is receive for answers that the server may also give by
// dropping the connection: dropped is true when it did.
func (c *httpConn) receiveOrDrop(t *testing.T) (res response, dropped bool) {
	t.Helper()
	res, err := c.tryReceive()
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatalf("no answer to %s %s and the connection stays open", c.asked.Method, c.asked.URL.RequestURI())
	}
	if err != nil {
		c.hangUp()
		return response{}, true
	}
	return res, false
}

func (c *httpConn) tryReceive() (response, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return response{}, err
	}
	res, err := http.ReadResponse(c.reader, c.asked)
	if err != nil {
		return response{}, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusSwitchingProtocols {
		return response{status: res.StatusCode, header: res.Header}, nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return response{}, err
	}
	if res.Close {
		c.hangUp()
	}
	return response{status: res.StatusCode, header: res.Header, body: string(body)}, nil
}

// hangUp drops the connection, as a client does that leaves the page.
func (c *httpConn) hangUp() {
	c.conn.Close()
	c.conn = nil
}

func (c *httpConn) do(t *testing.T, method, target string, header http.Header, body string) response {
	t.Helper()
	c.send(t, method, target, header, body)
	return c.receive(t)
}

// fetch is one request on a connection of its own.
func fetch(t *testing.T, base, method, target string, header http.Header, body string) response {
	t.Helper()
	return newHTTPConn(t, base).do(t, method, target, header, body)
}

func (r response) want(t *testing.T, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Fatalf("got %d %q, want %d %q", r.status, r.body, status, body)
	}
}

func (r response) wantHeader(t *testing.T, name, want string) {
	t.Helper()
	if got := r.header.Get(name); !strings.EqualFold(got, want) {
		t.Errorf("header %s is %q, want %q", name, got, want)
	}
}
