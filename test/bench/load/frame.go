//go:build linux

package load

import (
	"encoding/binary"
	"errors"
)

// WebSocket opcodes (RFC 6455, section 5.2).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// maskKey is never zero: some servers skip the unmasking then.
const maskKey = 0x5a17c3e9

var errFrame = errors.New("frame from the server is masked or uses reserved bits")

// appendFrame appends one masked, unfragmented frame.
func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = append(dst, 0x80|126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, 0x80|127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	dst = binary.LittleEndian.AppendUint32(dst, maskKey)
	start := len(dst)
	dst = append(dst, payload...)
	mask(dst[start:])
	return dst
}

func mask(b []byte) {
	const wide = uint64(maskKey)<<32 | maskKey
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(uint32(maskKey) >> (8 * (i & 3)))
	}
}

// frame is one frame as a server sends it. The payload aliases the input.
type frame struct {
	op      byte
	final   bool
	payload []byte
}

// parseFrame takes the first frame off b; size is 0 while b does not hold a
// whole one.
func parseFrame(b []byte) (f frame, size int, err error) {
	if len(b) < 2 {
		return f, 0, nil
	}
	if b[0]&0x70 != 0 || b[1]&0x80 != 0 {
		return f, 0, errFrame
	}
	head, n := 2, uint64(b[1])
	switch {
	case n == 126 && len(b) >= 4:
		head, n = 4, uint64(binary.BigEndian.Uint16(b[2:]))
	case n == 127 && len(b) >= 10:
		head, n = 10, binary.BigEndian.Uint64(b[2:])
	case n >= 126:
		return f, 0, nil
	}
	if uint64(len(b)-head) < n {
		return f, 0, nil
	}
	end := head + int(n)
	return frame{op: b[0] & 0x0f, final: b[0]&0x80 != 0, payload: b[head:end]}, end, nil
}
