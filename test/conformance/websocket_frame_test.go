package conformance

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"testing"
)

// frame is a WebSocket frame as the test wants it on the wire; the zero value
// of every field but the opcode makes a correct, final, masked frame.
type frame struct {
	opcode     byte
	payload    string
	more       bool   // FIN is clear: further fragments follow
	reserved   byte   // RSV bits: 4, 2 and 1 for RSV1 to RSV3
	unmasked   bool   // no mask, which a client must not do
	wideLength int    // 16 or 64: a length field wider than needed
	claim      uint64 // the length to claim instead of the payload's
}

var maskKey = []byte{0x37, 0xFA, 0x21, 0x3D}

// bytes encodes the frame (RFC 6455, section 5.2).
func (f frame) bytes() []byte {
	first := f.opcode | f.reserved<<4
	if !f.more {
		first |= 0x80
	}
	var maskBit byte
	if !f.unmasked {
		maskBit = 0x80
	}
	size := uint64(len(f.payload))
	if f.claim != 0 {
		size = f.claim
	}
	out := []byte{first}
	switch {
	case f.wideLength == 64 || size > 0xFFFF:
		out = binary.BigEndian.AppendUint64(append(out, maskBit|127), size)
	case f.wideLength == 16 || size > 125:
		out = binary.BigEndian.AppendUint16(append(out, maskBit|126), uint16(size))
	default:
		out = append(out, maskBit|byte(size))
	}
	if f.unmasked {
		return append(out, f.payload...)
	}
	masked := make([]byte, len(f.payload))
	subtle.XORBytes(masked, []byte(f.payload), bytes.Repeat(maskKey, len(masked)/4+1))
	return append(append(out, maskKey...), masked...)
}

// writeLocked sends a frame and leaves errors to the read loop, which sees the
// same broken connection. The caller holds w.mu.
func (w *webSocket) writeLocked(f frame) {
	_, _ = w.conn.Write(f.bytes())
}

// sendFrames writes frames in one go. A server may close on the first of them,
// so a failing write is no error: the test looks at the answer.
func (w *webSocket) sendFrames(frames ...frame) {
	var all []byte
	for _, f := range frames {
		all = append(all, f.bytes()...)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.conn.Write(all)
}

// send writes messages, one frame each.
func (w *webSocket) send(t *testing.T, messages ...message) {
	t.Helper()
	for _, m := range messages {
		f := frame{opcode: opText, payload: m.data}
		if m.binary {
			f.opcode = opBinary
		}
		out := f.bytes()
		w.mu.Lock()
		_, err := w.conn.Write(out)
		w.mu.Unlock()
		if err != nil {
			t.Fatalf("write a message: %v", err)
		}
	}
}
