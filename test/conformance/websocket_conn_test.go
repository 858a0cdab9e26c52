package conformance

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Opcodes of RFC 6455, section 5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// Close codes of RFC 6455, section 7.4.1. The last two are never sent: they say
// that a close frame had no code, and that the stream ended without one.
const (
	closeNormal   = 1000
	closeProtocol = 1002
	closeInvalid  = 1007
	closePolicy   = 1008
	closeTooBig   = 1009
	closeNoCode   = 1005
	closeAbnormal = 1006
)

// message is one complete WebSocket message.
type message struct {
	binary bool
	data   string
}

func text(s string) message      { return message{false, s} }
func binaryOf(b ...byte) message { return message{true, string(b)} }

// webSocket is a client that can also send what a correct one never would.
type webSocket struct {
	header http.Header // of the 101 answer
	conn   net.Conn
	reader *bufio.Reader

	// written by the read loop
	messages chan message  // data messages in order; closed at the end of the stream
	pongs    chan string   // payloads of pong frames
	closing  closing       // how the stream ended; valid once ended is closed
	ended    chan struct{} // closed when the stream has ended, before messages is
	done     chan struct{} // closed by the test's cleanup, ends the heartbeat

	mu        sync.Mutex // guards writes and the field below
	keepAlive revision   // whose heartbeats to keep up, 0 for none
}

// closing is how a connection ended.
type closing struct {
	code   int
	reason string
}

// upgradeHeader is the header of a WebSocket handshake.
func upgradeHeader() http.Header {
	return http.Header{
		"Connection":            {"Upgrade"},
		"Upgrade":               {"websocket"},
		"Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key":     {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
}

// dialWebSocket opens a WebSocket and fails the test when the server declines.
// extra may be nil; it adds to the handshake's header.
func dialWebSocket(t *testing.T, base, target string, extra http.Header) *webSocket {
	t.Helper()
	header := upgradeHeader()
	for name, values := range extra {
		header[name] = values
	}
	c := newHTTPConn(t, base)
	res := c.do(t, "GET", target, header, "")
	if res.status != http.StatusSwitchingProtocols {
		t.Fatalf("WebSocket %s: got %d %q", target, res.status, res.body)
	}
	// The key above is the sample of RFC 6455, section 1.3, and so is the answer.
	res.wantHeader(t, "Sec-Websocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
	return startWebSocket(t, c, res.header)
}

// startWebSocket takes over a connection that has been upgraded.
func startWebSocket(t *testing.T, c *httpConn, header http.Header) *webSocket {
	w := &webSocket{
		header: header, conn: c.conn, reader: c.reader,
		messages: make(chan message, 1024),
		pongs:    make(chan string, 16),
		ended:    make(chan struct{}),
		done:     make(chan struct{}),
	}
	if err := w.conn.SetReadDeadline(time.Time{}); err != nil {
		t.Fatalf("clear the read deadline: %v", err)
	}
	var loops sync.WaitGroup
	loops.Go(w.readLoop) // ends when the connection is closed
	loops.Go(w.pingLoop) // ends when done is closed
	t.Cleanup(func() {
		close(w.done)
		w.conn.Close()
		loops.Wait()
	})
	return w
}

// heartbeats makes the client keep the session alive from now on, as a client
// of that revision does, and hides those packets from the test.
func (w *webSocket) heartbeats(rev revision) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keepAlive = rev
}

func (w *webSocket) pingLoop() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-w.done:
			return
		case <-tick.C:
		}
		w.mu.Lock()
		if w.keepAlive == revision3 {
			w.writeLocked(frame{opcode: opText, payload: "2"})
		}
		w.mu.Unlock()
	}
}

// isHeartbeat answers a ping of revision 4 and reports whether the message is a
// heartbeat that the test should not see.
func (w *webSocket) isHeartbeat(m message) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keepAlive == revision4 && m == text("2") {
		w.writeLocked(frame{opcode: opText, payload: "3"})
		return true
	}
	return w.keepAlive == revision3 && m == text("3")
}
