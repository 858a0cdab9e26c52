package wiretest

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
)

// Opcodes of RFC 6455 section 5.2.
const (
	Continuation = 0x0
	Text         = 0x1
	Binary       = 0x2
	Close        = 0x8
	Ping         = 0x9
	Pong         = 0xA
)

// Compressed is the reserved bit of a compressed message, RFC 7692 section 6.
const Compressed = 0x40

// Frame is one WebSocket frame. Its zero fields are what a correct client sends.
type Frame struct {
	Op       byte
	More     bool // the FIN bit is clear
	Reserved byte // the reserved bits, where they stand in the first byte
	Unmasked bool
	Payload  string
}

// Append appends the frame as a client writes it, under a random mask.
func (f Frame) Append(dst []byte) []byte {
	first := f.Op | f.Reserved
	if !f.More {
		first |= 0x80
	}
	mask := byte(0x80)
	if f.Unmasked {
		mask = 0
	}
	dst = append(dst, first)
	switch n := len(f.Payload); {
	case n < 126:
		dst = append(dst, mask|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, mask|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, mask|127), uint64(n))
	}
	if f.Unmasked {
		return append(dst, f.Payload...)
	}
	key := binary.LittleEndian.AppendUint32(nil, rand.Uint32())
	dst = append(dst, key...)
	for i := range len(f.Payload) {
		dst = append(dst, f.Payload[i]^key[i&3])
	}
	return dst
}

// Texts returns one text frame for each message.
func Texts(messages ...string) []Frame {
	frames := make([]Frame, len(messages))
	for i, m := range messages {
		frames[i] = Frame{Op: Text, Payload: m}
	}
	return frames
}

// Bytes returns the frames as they follow each other on the wire.
func Bytes(frames ...Frame) []byte {
	var all []byte
	for _, f := range frames {
		all = f.Append(all)
	}
	return all
}

// maxFrame is far beyond what a test makes a server send.
const maxFrame = 64 << 20

// ReadFrame reads one frame of a server's: unmasked, whole, no reserved bits but
// that of compression.
func ReadFrame(r io.Reader) (Frame, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return Frame{}, err
	}
	if head[0]&0xF0&^Compressed != 0x80 || head[1]&0x80 != 0 {
		return Frame{}, fmt.Errorf("frame begins with % x: in fragments, masked or with reserved bits", head[:2])
	}
	f := Frame{Op: head[0] & 0x0F, Reserved: head[0] & Compressed}
	size := uint64(head[1])
	var err error
	switch size {
	case 126:
		_, err = io.ReadFull(r, head[:2])
		size = uint64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		_, err = io.ReadFull(r, head[:8])
		size = binary.BigEndian.Uint64(head[:8])
	}
	if err != nil {
		return Frame{}, err
	}
	if size > maxFrame {
		return Frame{}, fmt.Errorf("frame of %d bytes", size)
	}
	payload := make([]byte, size)
	_, err = io.ReadFull(r, payload)
	f.Payload = string(payload)
	return f, err
}
