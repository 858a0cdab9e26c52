package engine

import (
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"time"
	"unicode/utf8"
)

// wsConn is one WebSocket connection, RFC 6455, from its handshake to its end.
// Its reading goroutine owns every field; writes go through tryWrite and Write.
type wsConn struct {
	*socket
	limit     int       // of one message, in bytes
	handler   wsHandler // changes once, when a probe becomes a session
	fragments []byte    // of a message whose last frame is still to come
	first     opcode    // of that message; opContinuation: there is none
	pieces    int       // of it that have come
}

// wsHandler receives what a wsConn reads, in its reading goroutine.
type wsHandler interface {
	begin()                                 // bytes have arrived
	message(data []byte, binary bool) error // one whole message; data is valid during the call
	end()                                   // all whole messages that had arrived are handled
	control(p *Packet)                      // send a control frame
}

// peerClosed is the error of a connection that the peer has closed in order.
type peerClosed struct{ payload []byte }

func (*peerClosed) Error() string { return "websocket: closed by the peer" }

// read hands everything that arrives to the handler, and returns why it ended:
// a *peerClosed, a *frameError, an error of the handler's or of the network.
func (c *wsConn) read() error {
	early := c.in != nil // the opening handshake brought bytes along
	for {
		if !early {
			if err := c.fill(); err != nil {
				return err
			}
		}
		early = false
		c.handler.begin()
		err := c.consume()
		c.handler.end()
		if err != nil {
			return err
		}
		c.drop()
	}
}

// consume handles every whole frame in the buffer.
func (c *wsConn) consume() error {
	for {
		b := c.in.unread()
		h, err := parseHeader(b, c.limit-len(c.fragments))
		if err == errShortHeader || err == nil && len(b) < h.size+h.length {
			return nil
		}
		if err != nil {
			return err
		}
		payload := b[h.size : h.size+h.length]
		unmask(payload, h.mask)
		c.in.start += h.size + h.length
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
			c.first, c.pieces = h.op, 0
		}
		if c.pieces++; c.pieces > maxFragments {
			return errFragments
		}
		c.fragments = append(c.fragments, payload...)
		return nil
	}
	op := h.op
	if c.first != opContinuation {
		op, payload = c.first, append(c.fragments, payload...)
		c.first, c.fragments = opContinuation, nil
	}
	if op == opText && !utf8.Valid(payload) {
		return errBadText
	}
	return c.handler.message(payload, op == opBinary)
}

func (c *wsConn) controlFrame(op opcode, payload []byte) error {
	switch op {
	case opPing:
		c.handler.control(pongFrame(payload))
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

// lastFrame returns the close frame that answers err, the end of read: the
// peer's own code and reason (RFC 6455 section 5.5.1), or the code of its
// violation.
func lastFrame(err error) *Packet {
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

// closeWait is how long an ended connection may take to answer our close
// frame. Its bytes are thrown away meanwhile: closing on unread input would
// reset the connection and could take the close frame with it.
const closeWait = 10 * time.Second

// stopReading makes read return. It may be called from any goroutine.
func (c *wsConn) stopReading() { c.SetReadDeadline(time.Unix(1, 0)) }

// closeWrite tells the peer that nothing more comes.
func (c *wsConn) closeWrite() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
}

// linger reads and drops input until the peer ends the connection or closeWait
// is over, then closes it.
func (c *wsConn) linger() {
	defer c.Close()
	if c.in != nil {
		c.in.release()
		c.in = nil
	}
	c.SetDeadline(time.Now().Add(closeWait))
	var waste [512]byte
	for {
		if _, err := c.Read(waste[:]); err != nil {
			return
		}
	}
}
