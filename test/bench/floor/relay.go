//go:build linux

package main

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

const (
	text       = 0x81 // final text frame
	attachment = 0x82 // final binary frame
	closing    = 0x88 // close frame
)

// The beginnings of what clients send, as the benchmark's payloads have it.
var (
	connect       = []byte(`40`)
	offer         = []byte(`42["offer",`)
	message       = []byte(`42["message",{"channel":`)
	binaryMessage = []byte(`451-["message",{"channel":`)
	messageValue  = []byte(`,"message":`)
)

// received handles a client's bytes and returns how many it used.
func (l *loop) received(c *conn, b []byte) (used int) {
	if !c.shook {
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			return 0
		}
		used = end + 4
		l.shake(c, b[:used])
	}
	for c.fd >= 0 {
		op, payload, n := unmask(b[used:])
		if n == 0 {
			break
		}
		used += n
		l.relay(c, op, payload)
	}
	return used
}

// shake answers the WebSocket handshake and opens the Engine.IO session.
func (l *loop) shake(c *conn, request []byte) {
	c.shook = true
	_, key, _ := bytes.Cut(request, []byte("Sec-WebSocket-Key: "))
	key, _, _ = bytes.Cut(key, []byte("\r\n"))
	sum := sha1.Sum(append(bytes.Clone(key), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"...))
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"
	open := fmt.Sprintf(`0{"sid":"%020d","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`, c.fd)
	l.write(c, append(appendHeader([]byte(answer), text, len(open)), open...))
}

func (l *loop) relay(c *conn, op byte, p []byte) {
	switch {
	case op == attachment:
		l.send(attachment, nil, p, c.attach, nil)
	case op == closing:
		l.close(c)
	case bytes.HasPrefix(p, offer):
		l.send(text, nil, p, l.open, c)
	case bytes.HasPrefix(p, message):
		l.toChannel(c, `42["message",`, p[len(message):])
	case bytes.HasPrefix(p, binaryMessage):
		l.toChannel(c, `451-["message",`, p[len(binaryMessage):])
	case bytes.Equal(p, connect):
		c.at = len(l.open)
		l.open = append(l.open, c)
		l.send(text, nil, fmt.Appendf(nil, `40{"sid":"%020d"}`, c.fd), []*conn{c}, nil)
	}
}

// toChannel relays what follows `"channel":`. A channel is a client's id,
// which is its file descriptor in 20 digits, or an array of them.
func (l *loop) toChannel(c *conn, head string, p []byte) {
	c.attach = c.attach[:0]
	channel, value, _ := bytes.Cut(p, messageValue)
	for len(channel) >= 22 {
		start := bytes.IndexByte(channel, '"') + 1
		fd, _ := strconv.Atoi(string(channel[start : start+20]))
		if fd > 0 && fd < len(l.conns) && l.conns[fd] != nil {
			c.attach = append(c.attach, l.conns[fd])
		}
		channel = channel[start+21:]
	}
	value[len(value)-2] = ']' // the object's brace; the array's bracket goes
	l.send(text, []byte(head), value[:len(value)-1], c.attach, nil)
}

// send writes one frame to each receiver but one. It goes backwards because
// a receiver that fails is taken out of l.open, and the last takes its place.
func (l *loop) send(op byte, head, body []byte, to []*conn, except *conn) {
	l.frame = appendHeader(l.frame[:0], op, len(head)+len(body))
	l.frame = append(append(l.frame, head...), body...)
	for i := len(to) - 1; i >= 0; i-- {
		if c := to[i]; c != except && c.fd >= 0 {
			l.write(c, l.frame)
		}
	}
}

func appendHeader(dst []byte, op byte, n int) []byte {
	switch {
	case n < 126:
		return append(dst, op, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, op, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, op, 127), uint64(n))
}

// unmask takes the first frame off b and unmasks it in place; size is 0
// while b does not hold a whole one.
func unmask(b []byte) (op byte, payload []byte, size int) {
	if len(b) < 6 {
		return 0, nil, 0
	}
	head, n := 6, int(b[1]&0x7f)
	switch {
	case n == 126 && len(b) >= 8:
		head, n = 8, int(binary.BigEndian.Uint16(b[2:]))
	case n == 127 && len(b) >= 14:
		head, n = 14, int(binary.BigEndian.Uint64(b[2:]))
	case n >= 126:
		return 0, nil, 0
	}
	if len(b) < head+n {
		return 0, nil, 0
	}
	key := uint64(binary.LittleEndian.Uint32(b[head-4:]))
	key |= key << 32
	payload = b[head : head+n]
	rest := payload
	for ; len(rest) >= 8; rest = rest[8:] {
		binary.LittleEndian.PutUint64(rest, binary.LittleEndian.Uint64(rest)^key)
	}
	for i := range rest {
		rest[i] ^= byte(key >> (8 * (i & 7)))
	}
	return b[0], payload, head + n
}
