package websocket

import (
	"encoding/binary"
	"errors"
)

// A frame, RFC 6455 section 5.2:
//
//	byte 0     FIN (0x80), RSV1 (0x40: compressed), RSV2, RSV3, opcode (0x0F)
//	byte 1     MASK (0x80), length: 0 to 125, or 126 or 127
//	2 bytes    the length, after 126
//	8 bytes    the length, after 127
//	4 bytes    the masking key: client to server only
//	           the payload

// Opcode is the kind of a frame, RFC 6455 section 5.2.
type Opcode byte

// The opcodes of frames that carry messages.
const (
	Text   Opcode = 0x1
	Binary Opcode = 0x2
)

const (
	opContinuation Opcode = 0x0
	opClose        Opcode = 0x8
	opPing         Opcode = 0x9
	opPong         Opcode = 0xA
)

// control reports whether the frame is one that may come inside a message.
func (o Opcode) control() bool { return o&0x8 != 0 }

func (o Opcode) known() bool { return o <= Binary || o >= opClose && o <= opPong }

// HeaderRoom is the length of the longest header of a server's frame: 2 bytes
// and a length of 8 bytes, without a mask.
const HeaderRoom = 10

const (
	maxControl    = 125 // payload of a control frame, section 5.5
	finBit        = 0x80
	rsv1Bit       = 0x40 // the message is compressed, RFC 7692 section 6
	rsvBits       = 0x70
	maskBit       = 0x80
	length16      = 126
	length64      = 127
	maskKeyLength = 4
)

// FrameIn returns a server's frame, a whole message, whose payload stands in buf
// after the first HeaderRoom bytes. The frame aliases buf.
func FrameIn(buf []byte, op Opcode) []byte {
	return buf[PutHeader(buf[:HeaderRoom], op, len(buf)-HeaderRoom):]
}

// PutHeader writes the header of a server's frame, a whole message of length
// bytes, into the end of dst, and returns the index of its first byte. dst has at
// least HeaderRoom bytes; the payload belongs right behind it.
func PutHeader(dst []byte, op Opcode, length int) (start int) {
	switch {
	case length < length16:
		i := len(dst) - 2
		dst[i], dst[i+1] = finBit|byte(op), byte(length)
		return i
	case length < 1<<16:
		i := len(dst) - 4
		dst[i], dst[i+1] = finBit|byte(op), length16
		binary.BigEndian.PutUint16(dst[i+2:], uint16(length))
		return i
	default:
		i := len(dst) - HeaderRoom
		dst[i], dst[i+1] = finBit|byte(op), length64
		binary.BigEndian.PutUint64(dst[i+2:], uint64(length))
		return i
	}
}

// FramePayload returns the payload of a frame whose header is PutHeader's. It
// aliases the frame.
func FramePayload(frame []byte) []byte {
	switch frame[1] {
	case length16:
		return frame[4:]
	case length64:
		return frame[HeaderRoom:]
	default:
		return frame[2:]
	}
}

// frameHeader is the header of a frame from a client.
type frameHeader struct {
	op         Opcode
	fin        bool
	compressed bool
	length     int // of the payload
	size       int // of the header itself, mask included
	mask       [maskKeyLength]byte
}

// errShortHeader is the error of a frame header that has not come as a whole.
var errShortHeader = errors.New("websocket: frame header incomplete")

// parseHeader reads a frame header from the start of b. It returns
// errShortHeader when b ends too soon, and a *FrameError for a header that
// breaks section 5.2 or announces more than limit bytes. Only with compression
// agreed on may a message be a compressed one.
func parseHeader(b []byte, limit int, compression bool) (frameHeader, error) {
	var h frameHeader
	if len(b) < 2 {
		return h, errShortHeader
	}
	h.op, h.fin = Opcode(b[0]&0x0F), b[0]&finBit != 0
	h.compressed = b[0]&rsvBits == rsv1Bit
	first := h.op == Text || h.op == Binary
	if b[0]&rsvBits != 0 && !(h.compressed && compression && first) || !h.op.known() {
		return h, errReserved
	}
	if b[1]&maskBit == 0 {
		return h, errUnmasked
	}
	length := uint64(b[1] &^ maskBit)
	if h.op.control() && (!h.fin || length > maxControl) {
		return h, errBadControl
	}
	h.size = 2
	switch length {
	case length16:
		if len(b) < 4 {
			return h, errShortHeader
		}
		length, h.size = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case length64:
		if len(b) < 10 {
			return h, errShortHeader
		}
		length, h.size = binary.BigEndian.Uint64(b[2:]), 10
	}
	if length > uint64(limit) && !h.op.control() {
		return h, errTooLarge
	}
	if len(b) < h.size+maskKeyLength {
		return h, errShortHeader
	}
	h.length = int(length)
	copy(h.mask[:], b[h.size:])
	h.size += maskKeyLength
	return h, nil
}

// unmask removes the client's mask from b in place, section 5.3.
func unmask(b []byte, mask [maskKeyLength]byte) {
	key := binary.NativeEndian.Uint32(mask[:])
	wide := uint64(key) | uint64(key)<<32
	for len(b) >= 32 { // four words an iteration: half the time of one
		xorWord(b, wide)
		xorWord(b[8:], wide)
		xorWord(b[16:], wide)
		xorWord(b[24:], wide)
		b = b[32:]
	}
	for len(b) >= 8 {
		xorWord(b, wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= mask[i&3]
	}
}

func xorWord(b []byte, word uint64) {
	binary.NativeEndian.PutUint64(b, binary.NativeEndian.Uint64(b)^word)
}
