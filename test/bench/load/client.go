//go:build linux

package load

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"time"
)

// connectTimeout is the official client's own.
const connectTimeout = 20 * time.Second

var (
	errTimeout = errors.New("not connected within 20 s")
	errEnded   = errors.New("the server ended the session")
)

// Client is one Socket.IO client in the namespace "/".
type Client struct {
	Index int
	ID    string // Socket.IO id; empty until connected
	// Connected reports that the server has answered CONNECT and that the
	// transport is the one the crowd wants.
	Connected bool
	// ReceiveBuffer, if set before connecting, is the WebSocket's SO_RCVBUF
	// in bytes.
	ReceiveBuffer int

	crowd    *Crowd
	query    string // "&sid=…" once the Engine.IO session is open
	first    bool   // has not been connected yet and Crowd.Connect waits for it
	joined   bool   // CONNECT was answered
	queued   bool   // in Loop.dirty
	attempts int    // reconnections since last connected
	cancel   func() // of the connect timeout

	ws        *webSocket // the transport; nil while polling
	probe     *webSocket // the transport to be
	upgrading bool       // "3probe" has come: no more requests are started
	get, post exchange
	queue     []byte // the next POST's payload
}

// connect begins; the crowd hears how it ended.
func (c *Client) connect() {
	c.get.client, c.post.client = c, c
	c.cancel = c.crowd.Loop.After(connectTimeout, func() { c.fail(errTimeout) })
	var err error
	if c.crowd.Transport == WebSocket {
		c.ws, err = openWebSocket(c, "")
	} else {
		err = c.get.do("GET", "", nil, c.polled)
	}
	if err != nil {
		c.fail(err)
	}
}

// Send sends one packet, Engine.IO type digit included. It leaves at the end
// of the loop's turn, together with what else was sent until then.
func (c *Client) Send(packet []byte) {
	if c.ws != nil {
		c.ws.send(opText, packet)
	} else {
		if len(c.queue) > 0 {
			c.queue = append(c.queue, recordSeparator)
		}
		c.queue = append(c.queue, packet...)
	}
	c.wake()
}

// SendBinary sends a packet and its one attachment. Over polling the
// attachment travels as base64.
func (c *Client) SendBinary(packet, attachment []byte) {
	c.Send(packet)
	if c.ws != nil {
		c.ws.send(opBinary, attachment)
		return
	}
	c.queue = append(c.queue, recordSeparator, 'b')
	c.queue = base64.StdEncoding.AppendEncode(c.queue, attachment)
}

func (c *Client) wake() {
	if !c.queued {
		c.queued = true
		c.crowd.Loop.dirty = append(c.crowd.Loop.dirty, c)
	}
}

func (c *Client) flush() {
	switch {
	case c.ws != nil:
		c.ws.conn.flush()
	case len(c.queue) > 0 && c.query != "" && c.post.answer == nil && !c.upgrading:
		if err := c.post.do("POST", c.query, c.queue, c.posted); err != nil {
			c.fail(err)
			return
		}
		c.queue = c.queue[:0]
	}
}

// SetReadQuota limits how many bytes are read from a WebSocket from now on
// to n, until the next call; -1 lifts the limit.
func (c *Client) SetReadQuota(n int) {
	if c.ws != nil {
		c.ws.conn.setQuota(n)
	}
}

// packet handles one Engine.IO packet of either transport.
func (c *Client) packet(p []byte, binary bool) {
	switch {
	case binary:
		c.crowd.deliver(c, p, true)
	case len(p) == 0:
		c.fail(errors.New("empty packet"))
	case p[0] == '0':
		c.opened(p)
	case p[0] == '1':
		c.fail(errEnded)
	case p[0] == '2':
		c.Send([]byte("3"))
	case p[0] == '6':
	case p[0] == '4' && len(p) > 1 && p[1] == '0':
		c.ID = quotedAfter(p, `"sid":"`)
		c.joined = true
		c.settle()
	case p[0] == '4' && len(p) > 1 && p[1] == '2':
		c.crowd.deliver(c, p, false)
	case p[0] == '4' && len(p) > 1 && p[1] == '5': // its attachment follows
	default:
		c.fail(fmt.Errorf("unexpected packet %.60q", p))
	}
}

// opened handles the open packet: CONNECT goes out on the first transport
// and, where the crowd upgrades, a WebSocket is probed meanwhile.
func (c *Client) opened(p []byte) {
	sid := quotedAfter(p, `"sid":"`)
	if sid == "" {
		c.fail(fmt.Errorf("open packet without sid: %.120q", p))
		return
	}
	c.query = "&sid=" + sid
	c.Send([]byte("40"))
	if c.crowd.Transport != Upgrade {
		return
	}
	var err error
	if c.probe, err = openWebSocket(c, sid); err != nil {
		c.fail(err)
	}
}

// settle reports the client as connected once nothing is missing.
func (c *Client) settle() {
	if c.Connected || !c.joined || c.crowd.Transport != Polling && c.ws == nil {
		return
	}
	c.Connected = true
	c.attempts = 0
	c.cancel()
	c.crowd.connected(c)
}

// fail ends the session, whatever state it was in, and reconnects if the
// crowd does.
func (c *Client) fail(err error) {
	was := c.Connected
	c.reset()
	c.crowd.lost(c, was, err)
}

// reset closes the connections and forgets the session.
func (c *Client) reset() {
	if c.cancel != nil {
		c.cancel()
	}
	for _, w := range []*webSocket{c.ws, c.probe} {
		if w != nil {
			w.conn.close()
		}
	}
	c.get.close()
	c.post.close()
	c.ws, c.probe, c.upgrading = nil, nil, false
	c.ID, c.query, c.joined, c.Connected = "", "", false, false
	c.queue = nil
}

// quotedAfter returns the text between a marker and the next quote.
func quotedAfter(b []byte, marker string) string {
	_, after, ok := bytes.Cut(b, []byte(marker))
	if !ok {
		return ""
	}
	text, _, _ := bytes.Cut(after, []byte{'"'})
	return string(text)
}
