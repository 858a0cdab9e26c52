//go:build linux

package load

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"
)

// Mark is the part of a payload that differs from message to message: who
// sent it, as which of its messages, and when it was due. It is written as
// 32 hexadecimal digits.
type Mark struct {
	Sender uint32
	Number uint32
	Due    time.Duration // loop time
}

const markLength = 32

func (m Mark) append(dst []byte) []byte {
	var raw [markLength / 2]byte
	binary.BigEndian.PutUint32(raw[0:], m.Sender)
	binary.BigEndian.PutUint32(raw[4:], m.Number)
	binary.BigEndian.PutUint64(raw[8:], uint64(m.Due))
	return hex.AppendEncode(dst, raw[:])
}

func parseMark(b []byte) (m Mark, ok bool) {
	var raw [markLength / 2]byte
	if len(b) < markLength {
		return m, false
	}
	if _, err := hex.Decode(raw[:], b[:markLength]); err != nil {
		return m, false
	}
	m.Sender = binary.BigEndian.Uint32(raw[0:])
	m.Number = binary.BigEndian.Uint32(raw[4:])
	m.Due = time.Duration(binary.BigEndian.Uint64(raw[8:]))
	return m, true
}

// Payload makes and recognises the messages of one scenario. The object it
// sends has the shape and the text of a session description; its keys are in
// alphabetical order, so that a server that decodes and encodes returns the
// same bytes.
type Payload struct {
	head, tail []byte // of the JSON, around the mark
	raw        []byte // of a binary payload, after the mark
}

// NewPayload returns payloads of size bytes of JSON, or of binary if raw.
func NewPayload(size int, raw bool) *Payload {
	const head, text, tail = `{"#":"`, `","sdp":"`, `","type":"offer"}`
	const line = `a=candidate:1467250027 1 udp 2122260223 192.0.2.17 46243 typ host generation 0\r\n`
	length := max(size-len(head)-markLength-len(text)-len(tail), 0)
	fill := bytes.Repeat([]byte(line), length/len(line)+1)[:length]
	if bytes.HasSuffix(fill, []byte(`\`)) {
		fill[length-1] = ' '
	}
	p := &Payload{head: []byte(head), tail: slices.Concat([]byte(text), fill, []byte(tail))}
	if raw {
		p.raw = bytes.Repeat([]byte("\x00\x01\xfe\xffbinary"), size/10+1)[:max(size-markLength, 0)]
	}
	return p
}

// AppendOffer appends an `offer` to everyone else.
func (p *Payload) AppendOffer(dst []byte, m Mark) []byte {
	dst = append(dst, `42["offer",`...)
	return append(p.appendValue(dst, m), ']')
}

// AppendMessage appends a `message` to a channel, which is given as JSON.
func (p *Payload) AppendMessage(dst, channel []byte, m Mark) []byte {
	kind := `42["message",{"channel":`
	if p.raw != nil {
		kind = `451-["message",{"channel":`
	}
	dst = append(append(dst, kind...), channel...)
	dst = append(dst, `,"message":`...)
	return append(p.appendValue(dst, m), `}]`...)
}

// AppendAttachment appends what goes with a binary payload's packet.
func (p *Payload) AppendAttachment(dst []byte, m Mark) []byte {
	return append(m.append(dst), p.raw...)
}

func (p *Payload) appendValue(dst []byte, m Mark) []byte {
	if p.raw != nil {
		return append(dst, `{"_placeholder":true,"num":0}`...)
	}
	dst = m.append(append(dst, p.head...))
	return append(dst, p.tail...)
}

// Read finds the mark in a packet that was delivered. ok is false if the
// packet is not, byte for byte, what this payload should have arrived as.
func (p *Payload) Read(packet []byte) (m Mark, ok bool) {
	name := bytes.Index(packet[:min(len(packet), 20)], []byte(`",`))
	if name < 0 || !bytes.HasPrefix(packet[name+2:], p.head) {
		return m, false
	}
	value := packet[name+2+len(p.head):]
	m, ok = parseMark(value)
	if !ok {
		return m, false
	}
	rest := value[markLength:]
	return m, len(rest) == len(p.tail)+1 && bytes.HasPrefix(rest, p.tail)
}

// ReadAttachment is Read for a binary payload's attachment.
func (p *Payload) ReadAttachment(b []byte) (m Mark, ok bool) {
	m, ok = parseMark(b)
	return m, ok && bytes.Equal(b[markLength:], p.raw)
}
