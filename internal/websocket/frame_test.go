package websocket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

func TestFrameHeaderOfEveryLength(t *testing.T) {
	for _, row := range []struct {
		length int
		want   []byte
	}{
		{0, []byte{0x81, 0}},
		{125, []byte{0x81, 125}},
		{126, []byte{0x81, 126, 0, 126}},
		{255, []byte{0x81, 126, 0, 255}},
		{256, []byte{0x81, 126, 1, 0}},
		{1<<16 - 1, []byte{0x81, 126, 0xFF, 0xFF}},
		{1 << 16, []byte{0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}},
		{1<<31 - 1, []byte{0x81, 127, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF}},
	} {
		t.Run(fmt.Sprintf("%d bytes", row.length), func(t *testing.T) {
			room := make([]byte, 20)
			start := PutHeader(room, Text, row.length)
			if got := room[start:]; !bytes.Equal(got, row.want) {
				t.Errorf("header is % x, want % x", got, row.want)
			}
			if rest := room[:start]; len(bytes.Trim(rest, "\x00")) > 0 {
				t.Errorf("bytes before the header are % x", rest)
			}
		})
	}
}

func TestParsedHeaderIsWhatTheClientWrote(t *testing.T) {
	const limit = 1 << 20
	for _, length := range []int{0, 1, 125, 126, 127, 255, 256, 1<<16 - 1, 1 << 16, limit} {
		for _, op := range []Opcode{opContinuation, Text, Binary} {
			for _, more := range []bool{false, true} {
				wire := wiretest.Frame{Op: byte(op), More: more, Payload: strings.Repeat("x", length)}.Append(nil)
				h, err := parseHeader(wire, limit, false)
				if err != nil {
					t.Fatalf("%d bytes, Opcode %d: %v", length, op, err)
				}
				if h.op != op || h.fin == more || h.length != length || h.size+h.length != len(wire) {
					t.Errorf("%d bytes, Opcode %d, more %v: parsed as %+v of %d bytes", length, op, more, h, len(wire))
				}
				if !bytes.Equal(h.mask[:], wire[h.size-4:h.size]) {
					t.Errorf("%d bytes: mask % x, want % x", length, h.mask, wire[h.size-4:h.size])
				}
				for n := range h.size {
					if _, err := parseHeader(wire[:n], limit, false); err != errShortHeader {
						t.Errorf("%d bytes of a header of %d: error %v, want %v", n, h.size, err, errShortHeader)
					}
				}
			}
		}
	}
}

func TestHeaderThatBreaksTheProtocol(t *testing.T) {
	const limit = 1000
	long := func(first byte, length uint64) []byte {
		return append(binary.BigEndian.AppendUint64([]byte{first, 0xFF}, length), 0, 0, 0, 0)
	}
	for _, row := range []struct {
		name string
		wire []byte
		want *FrameError
	}{
		{"a frame without a mask", wiretest.Frame{Op: wiretest.Text, Unmasked: true}.Append(nil), errUnmasked},
		{"the first reserved bit", wiretest.Frame{Op: wiretest.Text, Reserved: 0x40}.Append(nil), errReserved},
		{"the second reserved bit", wiretest.Frame{Op: wiretest.Text, Reserved: 0x20}.Append(nil), errReserved},
		{"the third reserved bit", wiretest.Frame{Op: wiretest.Ping, Reserved: 0x10}.Append(nil), errReserved},
		{"a reserved data Opcode", wiretest.Frame{Op: 0x3}.Append(nil), errReserved},
		{"the last reserved data Opcode", wiretest.Frame{Op: 0x7}.Append(nil), errReserved},
		{"a reserved control Opcode", wiretest.Frame{Op: 0xB}.Append(nil), errReserved},
		{"the last reserved control Opcode", wiretest.Frame{Op: 0xF}.Append(nil), errReserved},
		{"a ping in fragments", wiretest.Frame{Op: wiretest.Ping, More: true}.Append(nil), errBadControl},
		{"a close frame in fragments", wiretest.Frame{Op: wiretest.Close, More: true}.Append(nil), errBadControl},
		{"a ping of 126 bytes", wiretest.Frame{Op: wiretest.Ping, Payload: strings.Repeat("x", 126)}.Append(nil), errBadControl},
		{"one byte more than the limit", wiretest.Frame{Op: wiretest.Text, Payload: strings.Repeat("x", limit+1)}.Append(nil), errTooLarge},
		{"a length with the highest bit set", long(0x82, 1<<63), errTooLarge},
		{"the greatest length there is", long(0x82, 1<<64-1), errTooLarge},
		{"a continuation longer than the limit", long(0x80, limit+1), errTooLarge},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := parseHeader(row.wire, limit, false); !errors.Is(err, row.want) {
				t.Errorf("error %v, want %v", err, row.want)
			}
		})
	}
}

func TestControlFramesAreNotHeldToTheMessageLimit(t *testing.T) {
	wire := wiretest.Frame{Op: wiretest.Ping, Payload: strings.Repeat("x", 125)}.Append(nil)
	if h, err := parseHeader(wire, 10, false); err != nil || h.length != 125 {
		t.Errorf("a ping of 125 bytes under a limit of 10: %+v, error %v", h, err)
	}
}

func TestUnmaskAgreesWithTheNaiveLoop(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for length := range 200 {
		for offset := range 9 { // of the payload in its buffer: all alignments
			buf := make([]byte, offset+length+8)
			for i := range buf {
				buf[i] = byte(random.Uint32())
			}
			var mask [4]byte
			binary.LittleEndian.PutUint32(mask[:], random.Uint32())
			want := bytes.Clone(buf)
			for i := range length {
				want[offset+i] ^= mask[i%4]
			}
			if unmask(buf[offset:offset+length], mask); !bytes.Equal(buf, want) {
				t.Fatalf("%d bytes at offset %d: % x, want % x", length, offset, buf, want)
			}
		}
	}
}
