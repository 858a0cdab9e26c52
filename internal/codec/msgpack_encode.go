package codec

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// AppendPackedEvent appends an event packet in MessagePack to dst. Arguments in
// that format are written as they came, others are converted. The zero Value is
// written as undefined.
func AppendPackedEvent(dst []byte, namespace, name string, args ...Value) []byte {
	e := packer{dst}
	e.header(Event, namespace, 1)
	e.str("data")
	e.count(0x90, 0xDC, 1+len(args))
	e.str(name)
	for _, arg := range args {
		e.relay(arg)
	}
	return e.out
}

// AppendPackedAck appends an acknowledgement, as AppendPackedEvent does for events.
func AppendPackedAck(dst []byte, namespace string, id uint64, args ...Value) []byte {
	e := packer{dst}
	e.header(Ack, namespace, 2)
	e.str("id")
	e.number(float64(id))
	e.str("data")
	e.count(0x90, 0xDC, len(args))
	for _, arg := range args {
		e.relay(arg)
	}
	return e.out
}

// AppendPackedPacket appends a packet in MessagePack whose payload is Go values
// to dst, as AppendPacket does in JSON. Binary data is written in its place, NaN
// and the infinities are numbers, and a time.Time is a Date.
func AppendPackedPacket(dst []byte, t Type, namespace string, id *uint64, data any) ([]byte, error) {
	if t > BinaryAck {
		return dst, ErrUnknownType
	}
	e := packer{dst}
	members := 0
	if data != nil {
		members++
	}
	if id != nil {
		members++
	}
	e.header(t.plain(), namespace, members)
	if id != nil {
		e.str("id")
		e.number(float64(*id))
	}
	if data != nil {
		e.str("data")
		if err := walk(&e, data, 1); err != nil {
			return dst, err
		}
	}
	return e.out, nil
}

// packer writes one packet in MessagePack. It is the writer of that format.
type packer struct{ out []byte }

// header writes the head of a packet's map, which has members more entries, and
// the two entries that every packet has.
func (e *packer) header(t Type, namespace string, members int) {
	if namespace == "" {
		namespace = "/"
	}
	e.count(0x80, 0xDE, 2+members)
	e.str("type")
	e.number(float64(t))
	e.str("nsp")
	e.str(namespace)
}

// undefined is JavaScript's undefined: see MessagePack.
var undefined = []byte{0xD4, 0, 0}

func (e *packer) relay(v Value) {
	if v.packed() {
		e.out = append(e.out, v.JSON...)
		return
	}
	converted := *e
	if len(v.JSON) == 0 || walk(&converted, v.Any(), 0) != nil { // walk does not fail: what Any returns is at most MaxDepth deep
		e.out = append(e.out, undefined...)
		return
	}
	*e = converted
}

func (e *packer) null() { e.out = append(e.out, 0xC0) }

func (e *packer) boolean(b bool) {
	e.out = append(e.out, 0xC2)
	if b {
		e.out[len(e.out)-1] = 0xC3
	}
}

func (e *packer) array(v reflect.Value, depth int) error {
	e.count(0x90, 0xDC, v.Len())
	for i := range v.Len() {
		if err := walk(e, v.Index(i).Interface(), depth); err != nil {
			return err
		}
	}
	return nil
}

func (e *packer) object(v reflect.Value, depth int) error {
	keys := sortedKeys(v)
	e.count(0x80, 0xDE, len(keys))
	for _, key := range keys {
		e.str(key.String())
		if err := walk(e, v.MapIndex(key).Interface(), depth); err != nil {
			return err
		}
	}
	return nil
}

// marshal writes a time.Time as a Date, and any other value by way of the JSON
// that encoding/json makes of it.
func (e *packer) marshal(v any) error {
	if t, ok := v.(time.Time); ok {
		e.out = binary.BigEndian.AppendUint64(append(e.out, 0xD7, 0), uint64(t.UnixMilli()))
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode data of a packet: %w", err)
	}
	e.relay(Value{JSON: bytes.TrimSpace(text)})
	return nil
}

// count writes the head of an array or map of n elements. The first byte is
// short|n below 16 elements, else long with a count of two bytes after it, or
// long+1 with one of four.
func (e *packer) count(short, long byte, n int) {
	switch {
	case n < 16:
		e.out = append(e.out, short|byte(n))
	case n < 1<<16:
		e.out = binary.BigEndian.AppendUint16(append(e.out, long), uint16(n))
	default:
		e.out = binary.BigEndian.AppendUint32(append(e.out, long+1), uint32(n))
	}
}

// str writes a string. Bytes that are not UTF-8 become U+FFFD.
func (e *packer) str(s string) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) < 32 {
		e.out = append(e.out, 0xA0|byte(len(s)))
	} else {
		e.length(0xD9, len(s))
	}
	e.out = append(e.out, s...)
}

func (e *packer) binary(data []byte) {
	e.length(0xC4, len(data))
	e.out = append(e.out, data...)
}

// length writes the head of a string or of binary data of n bytes. Its first
// byte is first with a length of one byte after it, first+1 with one of two, or
// first+2 with one of four.
func (e *packer) length(first byte, n int) {
	switch {
	case n < 1<<8:
		e.out = append(e.out, first, byte(n))
	case n < 1<<16:
		e.out = binary.BigEndian.AppendUint16(append(e.out, first+1), uint16(n))
	default:
		e.out = binary.BigEndian.AppendUint32(append(e.out, first+2), uint32(n))
	}
}

func (e *packer) float(f float64, _ int) { e.number(f) }

// number writes a JavaScript number: as an integer if it is one that JavaScript
// represents exactly, else as a float.
func (e *packer) number(f float64) {
	if f == math.Trunc(f) && math.Abs(f) <= maxSafeInteger {
		e.signed(int64(f))
		return
	}
	e.out = binary.BigEndian.AppendUint64(append(e.out, 0xCB), math.Float64bits(f))
}

func (e *packer) signed(n int64) {
	switch {
	case n >= 0:
		e.unsigned(uint64(n))
	case n >= -32:
		e.out = append(e.out, byte(n))
	case n >= math.MinInt8:
		e.out = append(e.out, 0xD0, byte(n))
	case n >= math.MinInt16:
		e.out = binary.BigEndian.AppendUint16(append(e.out, 0xD1), uint16(n))
	case n >= math.MinInt32:
		e.out = binary.BigEndian.AppendUint32(append(e.out, 0xD2), uint32(n))
	default:
		e.out = binary.BigEndian.AppendUint64(append(e.out, 0xD3), uint64(n))
	}
}

func (e *packer) unsigned(n uint64) {
	switch {
	case n < 1<<7:
		e.out = append(e.out, byte(n))
	case n < 1<<8:
		e.out = append(e.out, 0xCC, byte(n))
	case n < 1<<16:
		e.out = binary.BigEndian.AppendUint16(append(e.out, 0xCD), uint16(n))
	case n < 1<<32:
		e.out = binary.BigEndian.AppendUint32(append(e.out, 0xCE), uint32(n))
	default:
		e.out = binary.BigEndian.AppendUint64(append(e.out, 0xCF), n)
	}
}
