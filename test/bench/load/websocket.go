//go:build linux

package load

import (
	"bytes"
	"fmt"
	"io"
)

// webSocket is a client's WebSocket: its transport, or the candidate for one
// while a polling client upgrades.
type webSocket struct {
	conn     *conn
	client   *Client
	switched bool // the server has answered 101

	// A message that the server sent in several frames.
	parts  []byte
	partOp byte
}

// openWebSocket dials and asks for the upgrade; sid is empty unless a
// polling session is being upgraded.
func openWebSocket(c *Client, sid string) (*webSocket, error) {
	w := &webSocket{client: c}
	var err error
	if w.conn, err = c.crowd.Loop.dial(c.crowd.To, w, c.ReceiveBuffer); err != nil {
		return nil, err
	}
	query := "EIO=4&transport=websocket"
	if sid != "" {
		query += "&sid=" + sid
	}
	w.conn.out = fmt.Appendf(nil, "GET /socket.io/?%s HTTP/1.1\r\nHost: %s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", query, c.crowd.Host)
	return w, nil
}

// send queues one message; the caller flushes.
func (w *webSocket) send(op byte, message []byte) {
	w.conn.out = appendFrame(w.conn.out, op, message)
}

func (w *webSocket) received(b []byte) (used int) {
	if !w.switched {
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			return 0
		}
		if !bytes.HasPrefix(b, []byte("HTTP/1.1 101 ")) {
			w.conn.fail(fmt.Errorf("WebSocket refused: %.120q", b))
			return 0
		}
		used = end + 4
		w.switched = true
		w.client.switched(w)
	}
	for w.conn.fd >= 0 {
		f, n, err := parseFrame(b[used:])
		if err != nil {
			w.conn.fail(err)
			break
		}
		if n == 0 {
			break
		}
		used += n
		w.take(f)
	}
	return used
}

func (w *webSocket) take(f frame) {
	switch f.op {
	case opPing:
		w.send(opPong, f.payload)
		w.conn.flush()
		return
	case opPong:
		return
	case opClose:
		w.conn.fail(io.EOF)
		return
	case opContinuation:
		w.parts = append(w.parts, f.payload...)
	default:
		if f.final {
			w.client.message(w, f.payload, f.op == opBinary)
			return
		}
		w.parts, w.partOp = append(w.parts[:0], f.payload...), f.op
	}
	if f.final {
		w.client.message(w, w.parts, w.partOp == opBinary)
		w.parts = w.parts[:0]
	}
}

func (w *webSocket) closed(err error) { w.client.webSocketClosed(w, err) }
