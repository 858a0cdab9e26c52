package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// AppendPacket appends the text of a packet whose payload is Go values to dst,
// and returns it with the attachments to send after it. An id of nil is not
// written, and neither is data of nil. Whether the packet is a binary one is
// decided by its data: a binary type is the same as the plain one.
//
// Data is written as JSON.stringify would, with map keys sorted. A Value is
// written as it came. []byte, buffers of the module's and other readers are
// binary: attachments in an EVENT or ACK, the form of a Node Buffer in other
// packets. The module's buffers of text and *strings.Reader are strings. NaN and
// the infinities are null. Nil slices and maps are empty ones, as JavaScript has
// no others. Structs, and values that marshal themselves, are written by
// encoding/json together with everything in them.
//
// It fails for a value that has no form in JSON, for data nested deeper than
// MaxDepth, and for a reader that fails; then dst comes back as it was. It reads
// readers to their end, but for buffers, and changes nothing else in data. The
// attachments share memory with data, which must not change until they have been
// sent.
func AppendPacket(dst []byte, t Type, namespace string, id *uint64, data any) (text []byte, attachments [][]byte, err error) {
	if t > BinaryAck {
		return dst, nil, ErrUnknownType
	}
	t = t.plain()
	e := dataEncoder{
		encoder:  encoder{text: dst, start: len(dst)},
		attaches: t == Event || t == Ack,
	}
	e.header(t, namespace)
	if id != nil {
		e.text = strconv.AppendUint(e.text, *id, 10)
	}
	if data != nil {
		if err := walk(&e, data, 0); err != nil {
			return dst, nil, err
		}
	}
	text, attachments = e.finish()
	return text, attachments, nil
}

// dataEncoder writes a packet whose payload is Go values. It is the writer of
// JSON.
type dataEncoder struct {
	encoder
	attaches bool // binary data becomes attachments
}

func (e *dataEncoder) null()             { e.text = append(e.text, "null"...) }
func (e *dataEncoder) boolean(b bool)    { e.text = strconv.AppendBool(e.text, b) }
func (e *dataEncoder) signed(n int64)    { e.text = strconv.AppendInt(e.text, n, 10) }
func (e *dataEncoder) unsigned(n uint64) { e.text = strconv.AppendUint(e.text, n, 10) }
func (e *dataEncoder) str(s string)      { e.text = AppendString(e.text, s) }

func (e *dataEncoder) array(v reflect.Value, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep
	}
	e.text = append(e.text, '[')
	for i := range v.Len() {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		if err := walk(e, v.Index(i).Interface(), depth); err != nil {
			return err
		}
	}
	e.text = append(e.text, ']')
	return nil
}

func (e *dataEncoder) object(v reflect.Value, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep
	}
	e.text = append(e.text, '{')
	for i, key := range sortedKeys(v) {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		e.text = AppendString(e.text, key.String())
		e.text = append(e.text, ':')
		if err := walk(e, v.MapIndex(key).Interface(), depth); err != nil {
			return err
		}
	}
	e.text = append(e.text, '}')
	return nil
}

func (e *dataEncoder) float(f float64, bits int) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		e.null()
		return
	}
	e.text = appendFloat(e.text, f, bits)
}

func (e *dataEncoder) binary(data []byte) {
	if e.attaches {
		e.attach(data)
		return
	}
	// What JSON.stringify makes of a Node Buffer.
	e.text = append(e.text, `{"type":"Buffer","data":[`...)
	for i, b := range data {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		e.text = strconv.AppendUint(e.text, uint64(b), 10)
	}
	e.text = append(e.text, `]}`...)
}

// marshal writes v with encoding/json, but does not escape <, > and &.
func (e *dataEncoder) marshal(v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode data of a packet: %w", err)
	}
	e.text = append(e.text, bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})...)
	return nil
}
