package engine

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"signaling/internal/netpoll"
	"signaling/internal/packet"
	"signaling/internal/websocket"
	"signaling/internal/wiretest"
)

// bubble is a server in a synctest bubble, where time passes only when all wait.
// Its clients are pipes and calls of the HTTP handler.
type bubble struct {
	*Server
	t *testing.T
}

// inBubble runs f with a server. All sessions end behind f.
func inBubble(t *testing.T, opts Options, h hooks, f func(*testing.T, *bubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		handler := &strict{t: t, hooks: h, calls: make(map[*Session]*calls)}
		b := &bubble{NewServer(opts, handler), t}
		f(t, b)
		b.Close()
		handler.open.Wait()
	})
}

// handshake returns the query of a handshake.
func handshake(rev packet.Revision, transport string) query {
	return query{transport: transport, revision: string('0' + rune(rev))}
}

// pipeClient is the client's end of a WebSocket over a pipe.
type pipeClient struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// pipe returns both ends of a WebSocket whose opening handshake is over.
func (b *bubble) pipe() (*pipeClient, *websocket.Conn) {
	client, server := net.Pipe()
	b.t.Cleanup(func() { client.Close() })
	return &pipeClient{b.t, client, bufio.NewReader(client)}, websocket.New(new(netpoll.Group).NewConn(server, func() {}), websocket.Options{MaxMessage: b.opts.MaxPayload})
}

// ws opens a session over a WebSocket and reads its open packet.
func (b *bubble) ws(rev packet.Revision) (*pipeClient, *Session) {
	b.t.Helper()
	c, ws := b.pipe()
	s := b.newSession(nil, httptest.NewRequest("GET", "/", nil), handshake(rev, WebSocket))
	s.openWebSocket(ws, nil, nil)
	c.next()
	return c, s
}

// next reads the next frame; it waits as long as it takes.
func (c *pipeClient) next() wiretest.Frame {
	c.t.Helper()
	f, err := wiretest.ReadFrame(c.r)
	if err != nil {
		c.t.Fatalf("read a frame: %v", err)
	}
	return f
}

// want reads the next frame, a text, and compares it.
func (c *pipeClient) want(text string) {
	c.t.Helper()
	if f := c.next(); f.Op != wiretest.Text || f.Payload != text {
		c.t.Fatalf("frame with opcode %d and %q, want text %q", f.Op, f.Payload, text)
	}
}

// send writes text messages.
func (c *pipeClient) send(messages ...string) {
	c.t.Helper()
	if _, err := c.conn.Write(wiretest.Bytes(wiretest.Texts(messages...)...)); err != nil {
		c.t.Fatalf("send %q: %v", messages, err)
	}
}

// wantClose reads a close frame without a code, closes the pipe, and lets the
// server take note.
func (c *pipeClient) wantClose() {
	c.t.Helper()
	if f := c.next(); f.Op != wiretest.Close || f.Payload != "" {
		c.t.Errorf("frame with opcode %d and %q, want a close frame without a code", f.Op, f.Payload)
	}
	c.conn.Close()
	synctest.Wait()
}

// polling opens a session over polling.
func (b *bubble) polling(rev packet.Revision) *Session {
	b.t.Helper()
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	b.openPolling(b.newResponder(recorder, r), r, handshake(rev, Polling))
	body := recorder.Body.String()
	s := b.Session(openedID(b.t, body[strings.IndexByte(body, '{')-1:]))
	if s == nil {
		b.t.Fatalf("no session after %q", body)
	}
	return s
}

// request lets the session handle a polling request and returns its answer.
func request(s *Session, method, body string) (status int, answer string) {
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest(method, "/", io.NopCloser(strings.NewReader(body)))
	s.polling.serve(s.srv.newResponder(recorder, r), r)
	return recorder.Code, recorder.Body.String()
}

// hold starts a poll and returns what its answer will be, once it is held.
func hold(s *Session) <-chan string {
	answer := make(chan string, 1)
	go func() { // ends when the poll is answered
		_, body := request(s, http.MethodGet, "")
		answer <- body
	}()
	synctest.Wait()
	return answer
}
