package engine

import (
	"encoding/binary"
	"errors"
)

// opcode is the kind of a WebSocket frame, RFC 6455 section 5.2.
type opcode byte

const (
	opContinuation opcode = 0x0
	opText         opcode = 0x1
	opBinary       opcode = 0x2
	opClose        opcode = 0x8
	opPing         opcode = 0x9
	opPong         opcode = 0xA
)

func (o opcode) control() bool { return o&0x8 != 0 }

const (
	maxHeader     = 10    // of a frame without a mask: 2 bytes and an 8-byte length
	maxControl    = 125   // payload of a control frame, section 5.5
	maxFragments  = 16384 // of one message: the limit of Node's ws
	finBit        = 0x80
	rsv1Bit       = 0x40 // the message is compressed, RFC 7692 section 6
	rsvBits       = 0x70
	maskBit       = 0x80
	length16      = 126
	length64      = 127
	maskKeyLength = 4
)

// closeCode is a status code of a close frame, RFC 6455 section 7.4.1.
type closeCode uint16

const (
	codeNone     closeCode = 0 // a close frame without a payload
	codeProtocol closeCode = 1002
	codeBadText  closeCode = 1007
	codePolicy   closeCode = 1008
	codeTooLarge closeCode = 1009
)

// frameError is a violation of RFC 6455 that ends the connection with code.
type frameError struct {
	code closeCode
	text string
}

func (e *frameError) Error() string { return "websocket: " + e.text }

var (
	errReserved    = &frameError{codeProtocol, "reserved bit or opcode set"}
	errUnmasked    = &frameError{codeProtocol, "frame from a client without a mask"}
	errFragment    = &frameError{codeProtocol, "continuation without a start, or a start inside a message"}
	errBadControl  = &frameError{codeProtocol, "control frame fragmented or longer than 125 bytes"}
	errBadClose    = &frameError{codeProtocol, "malformed close frame"}
	errBadText     = &frameError{codeBadText, "text is not UTF-8"}
	errBadDeflate  = &frameError{codeBadText, "message that cannot be decompressed"}
	errFragments   = &frameError{codePolicy, "message in too many fragments"}
	errTooLarge    = &frameError{codeTooLarge, "message longer than the maximum payload"}
	errNotReading  = errors.New("websocket: the peer does not read")
	errShortHeader = errors.New("websocket: frame header incomplete")
)

// putHeader writes the header of an unfragmented, unmasked frame into the end
// of dst, which holds at least maxHeader bytes, and returns where it begins.
func putHeader(dst []byte, op opcode, length int) int {
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
		i := len(dst) - maxHeader
		dst[i], dst[i+1] = finBit|byte(op), length64
		binary.BigEndian.PutUint64(dst[i+2:], uint64(length))
		return i
	}
}

// frameHeader is the header of a frame from a client.
type frameHeader struct {
	op         opcode
	fin        bool
	compressed bool
	length     int
	size       int // of the header itself, mask included
	mask       [maskKeyLength]byte
}

// parseHeader reads a frame header from the start of b. It returns
// errShortHeader when b ends too soon, and a *frameError for a header that
// breaks section 5.2 or announces more than limit bytes. Only with compression
// agreed on may a message be a compressed one.
func parseHeader(b []byte, limit int, compression bool) (frameHeader, error) {
	var h frameHeader
	if len(b) < 2 {
		return h, errShortHeader
	}
	h.op, h.fin = opcode(b[0]&0x0F), b[0]&finBit != 0
	h.compressed = b[0]&rsvBits == rsv1Bit
	first := h.op == opText || h.op == opBinary
	if b[0]&rsvBits != 0 && !(h.compressed && compression && first) || !knownOpcode(h.op) {
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

func knownOpcode(op opcode) bool {
	return op <= opBinary || op >= opClose && op <= opPong
}

// unmask removes the client's mask from b in place, section 5.3.
func unmask(b []byte, mask [maskKeyLength]byte) {
	key := binary.NativeEndian.Uint32(mask[:])
	wide := uint64(key) | uint64(key)<<32
	for len(b) >= 32 { // four words a turn: half the time of one
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

// closeFrame returns a close frame with code, or without a payload for codeNone.
func closeFrame(code closeCode) []byte {
	buf := make([]byte, maxHeader, maxHeader+2)
	if code != codeNone {
		buf = binary.BigEndian.AppendUint16(buf, uint16(code))
	}
	return controlFrame(opClose, buf)
}

// pongFrame returns the answer to a WebSocket ping with data as its payload.
func pongFrame(data []byte) []byte {
	return controlFrame(opPong, append(make([]byte, maxHeader, maxHeader+len(data)), data...))
}

// controlFrame returns the frame whose payload stands in buf after its first
// maxHeader bytes.
func controlFrame(op opcode, buf []byte) []byte {
	return buf[putHeader(buf[:maxHeader], op, len(buf)-maxHeader):]
}
