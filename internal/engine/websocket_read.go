package engine

import (
	"encoding/binary"
	"errors"
	"slices"
	"unicode/utf8"

	"signaling/internal/netpoll"
)

// wsConn is one WebSocket connection, RFC 6455, from its handshake to its end.
// One goroutine at a time reads it; writes go through the Conn.
type wsConn struct {
	// immutable
	netpoll.Conn
	limit  int // of one message, in bytes
	window int // messages longer than it are not compressed for the peer; 0: none is, in either direction

	// owned by the goroutine that reads, from start on
	handler wsHandler   // changes once, when a probe becomes a session
	ended   func(error) // called with the error that ended reading
	netpoll.Input
	fragments []byte // of a message whose last frame is still to come
	first     opcode // of that message; opContinuation: there is none
	deflated  bool   // that message is compressed
	pieces    int    // of it that have come
}

// newWSConn returns a connection that takes messages of up to limit bytes, and
// whose first bytes, early, have been read already.
func newWSConn(conn netpoll.Conn, limit, window int, early []byte) *wsConn {
	ws := &wsConn{Conn: conn, limit: limit, window: window}
	ws.Append(early)
	return ws
}

// wsHandler receives what a wsConn reads, one call at a time.
type wsHandler interface {
	begin(loop *netpoll.Loop)               // bytes have arrived
	message(data []byte, binary bool) error // one whole message; data is valid during the call
	end()                                   // all whole messages that had arrived are handled
	control(answer []byte) error            // a ping or pong has come; answer is the frame to send back, nil for a pong
}

// peerClosed is the error of a connection that the peer has closed in order.
type peerClosed struct{ payload []byte }

func (*peerClosed) Error() string { return "websocket: closed by the peer" }

// Arrived gives what has arrived to the handler. An error ends reading: a
// *peerClosed, a *frameError, or one of the handler's.
func (c *wsConn) Arrived(loop *netpoll.Loop) error {
	if len(c.Unread()) == 0 {
		return nil
	}
	c.handler.begin(loop)
	err := c.consume()
	c.handler.end()
	c.ReleaseEmpty()
	return err
}

// ReadEnded tells why reading ended.
func (c *wsConn) ReadEnded(err error) { c.ended(err) }

// consume handles every whole frame in the buffer.
func (c *wsConn) consume() error {
	for {
		b := c.Unread()
		h, err := parseHeader(b, c.limit-len(c.fragments), c.window > 0)
		if err == errShortHeader || err == nil && len(b) < h.size+h.length {
			return nil
		}
		if err != nil {
			return err
		}
		payload := b[h.size : h.size+h.length]
		unmask(payload, h.mask)
		c.Consume(h.size + h.length)
		if h.op.control() {
			err = c.controlFrame(h.op, payload)
		} else {
			err = c.dataFrame(h, payload)
		}
		if err != nil {
			return err
		}
	}
}

func (c *wsConn) dataFrame(h frameHeader, payload []byte) error {
	if (h.op == opContinuation) != (c.first != opContinuation) {
		return errFragment
	}
	if !h.fin {
		if c.first == opContinuation {
			c.first, c.deflated, c.pieces = h.op, h.compressed, 0
		}
		if c.pieces++; c.pieces > maxFragments {
			return errFragments
		}
		c.fragments = append(c.fragments, payload...)
		return nil
	}
	op, compressed := h.op, h.compressed
	if c.first != opContinuation {
		op, compressed, payload = c.first, c.deflated, append(c.fragments, payload...)
		c.first, c.fragments = opContinuation, nil
	}
	if compressed {
		f := inflaters.Get().(*inflater)
		defer f.release()
		var err error
		if payload, err = f.inflate(payload, c.limit); err != nil {
			return err
		}
	}
	if op == opText && !utf8.Valid(payload) {
		return errBadText
	}
	return c.handler.message(payload, op == opBinary)
}

func (c *wsConn) controlFrame(op opcode, payload []byte) error {
	switch op {
	case opPing:
		return c.handler.control(pongFrame(payload))
	case opPong:
		return c.handler.control(nil)
	case opClose:
		if err := checkClose(payload); err != nil {
			return err
		}
		return &peerClosed{slices.Clone(payload)}
	}
	return nil
}

// checkClose checks the payload of a close frame, RFC 6455 section 5.5.1.
func checkClose(payload []byte) error {
	switch len(payload) {
	case 0:
		return nil
	case 1:
		return errBadClose
	}
	code := closeCode(binary.BigEndian.Uint16(payload))
	defined := code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006
	private := code >= 3000 && code <= 4999
	switch {
	case !defined && !private:
		return errBadClose
	case !utf8.Valid(payload[2:]):
		return errBadText
	}
	return nil
}

// lastFrame returns the close frame that answers the end of reading by err: the
// peer's own code and reason (RFC 6455 section 5.5.1), or the code of its
// violation.
func lastFrame(err error) []byte {
	var closed *peerClosed
	if errors.As(err, &closed) {
		return controlFrame(opClose, append(make([]byte, maxHeader), closed.payload...))
	}
	var violation *frameError
	if errors.As(err, &violation) {
		return closeFrame(violation.code)
	}
	return closeFrame(codeNone)
}

// dismiss closes a WebSocket that carries no session.
func (c *wsConn) dismiss() {
	c.Send(closeFrame(codeNone))
	c.CloseWrite()
	c.CloseAfterPeer()
}
