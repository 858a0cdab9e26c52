//go:build linux

package load

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

// Transport says how a crowd's clients connect.
type Transport int

const (
	// WebSocket connects over WebSocket at once.
	WebSocket Transport = iota
	// Polling stays on HTTP long-polling.
	Polling
	// Upgrade begins with long-polling and moves to WebSocket, as the
	// official client does unless told otherwise.
	Upgrade
)

// recordSeparator stands between the packets of a polling payload.
const recordSeparator = 0x1e

// polled takes the response of a GET.
func (c *Client) polled(status int, body []byte) {
	if status != 200 {
		c.fail(fmt.Errorf("poll: HTTP status %d, %.120q", status, body))
		return
	}
	for packet := range bytes.SplitSeq(body, []byte{recordSeparator}) {
		if len(packet) > 0 && packet[0] == 'b' {
			raw, err := base64.StdEncoding.AppendDecode(nil, packet[1:])
			if err != nil {
				c.fail(fmt.Errorf("poll: binary packet: %w", err))
				return
			}
			c.packet(raw, true)
		} else {
			c.packet(packet, false)
		}
		if c.query == "" {
			return // the packet ended the session
		}
	}
	if c.upgrading {
		c.finishUpgrade()
		return
	}
	if err := c.get.do("GET", c.query, nil, c.polled); err != nil {
		c.fail(err)
	}
}

// posted takes the response of a POST.
func (c *Client) posted(status int, body []byte) {
	switch {
	case status != 200:
		c.fail(fmt.Errorf("POST: HTTP status %d, %.120q", status, body))
	case c.upgrading:
		c.finishUpgrade()
	case len(c.queue) > 0:
		c.wake()
	}
}

// switched is called when a WebSocket handshake was answered with 101.
func (c *Client) switched(w *webSocket) {
	if w == c.probe {
		w.send(opText, []byte("2probe"))
		w.conn.flush()
	}
}

// message takes one message off a WebSocket.
func (c *Client) message(w *webSocket, data []byte, binary bool) {
	if w != c.probe {
		c.packet(data, binary)
		return
	}
	if string(data) != "3probe" {
		c.fail(fmt.Errorf("probe was answered with %.60q", data))
		return
	}
	c.upgrading = true
	c.finishUpgrade()
}

// finishUpgrade moves to the WebSocket once no request is under way: the
// official client pauses polling first, so that nothing can arrive twice.
func (c *Client) finishUpgrade() {
	if c.get.answer != nil || c.post.answer != nil {
		return
	}
	c.ws, c.probe, c.upgrading = c.probe, nil, false
	c.ws.send(opText, []byte("5"))
	for packet := range bytes.SplitSeq(c.queue, []byte{recordSeparator}) {
		if len(packet) > 0 {
			c.ws.send(opText, packet)
		}
	}
	c.queue = nil
	c.ws.conn.flush()
	c.get.close()
	c.post.close()
	c.settle()
}

func (c *Client) webSocketClosed(w *webSocket, err error) {
	if w == c.ws || w == c.probe {
		c.fail(err)
	}
}
