package codec

import (
	"bytes"
	"iter"
	"time"
)

// inMessagePack is the attachments of a Value in MessagePack: its field JSON holds
// bytes in that format, and it has no attachments.
var inMessagePack = new([][]byte)

func (v Value) packed() bool { return v.attachments == inMessagePack }

// packedValue returns data, a value that scanPacked has accepted, as a Value.
func packedValue(data []byte) Value { return Value{JSON: data, attachments: inMessagePack} }

// packedHead returns the head of a value that is in MessagePack.
func (v Value) packedHead() (packHead, bool) {
	h, err := readPackHead(v.JSON, 0)
	return h, err == nil
}

func (v Value) packedField(name string) (field Value, found bool) {
	h, ok := v.packedHead()
	if !ok || h.kind != packMap {
		return Value{}, false
	}
	isKey, wanted := false, false
	for element := range v.packedValues(h) {
		if isKey = !isKey; isKey {
			text, ok := element.packedBytes(packString)
			wanted = ok && string(text) == name
		} else if wanted {
			field, found = element, true // of several the last counts
		}
	}
	return field, found
}

func (v Value) packedText() (string, bool) {
	text, ok := v.packedBytes(packString)
	return string(text), ok
}

// packedBytes returns the content of a value of the kind, string or binary data.
func (v Value) packedBytes(kind packKind) ([]byte, bool) {
	h, ok := v.packedHead()
	if !ok || h.kind != kind {
		return nil, false
	}
	return v.JSON[h.start : h.start+h.size], true
}

func (v Value) packedElements() (iter.Seq[Value], bool) {
	h, ok := v.packedHead()
	if !ok || h.kind != packArray {
		return func(func(Value) bool) {}, false
	}
	return v.packedValues(h), true
}

// packedValues returns a sequence of the elements of an array, or of the keys and
// values of a map.
func (v Value) packedValues(h packHead) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		i := h.start
		for range h.count {
			end, err := scanPacked(v.JSON, i, 0)
			if err != nil || !yield(packedValue(v.JSON[i:end:end])) {
				return // only bytes made by hand have an error
			}
			i = end
		}
	}
}

func (v Value) packedWithin(key, text, name string) Value {
	var e packer
	e.count(0x80, 0xDE, 2)
	e.str(key)
	e.str(text)
	e.str(name)
	e.relay(v)
	return packedValue(e.out)
}

func (v Value) packedNull() bool {
	h, ok := v.packedHead()
	return ok && (h.kind == packNull || h.kind == packUndefined)
}

// packedAny is Any for MessagePack. Binary data is a copy, because the message may
// be overwritten. A Date is a time.Time. An extension without a meaning to clients
// is an array of its type and its data, as they see it.
func (v Value) packedAny() any {
	if _, err := scanPacked(v.JSON, 0, 0); err != nil {
		return nil
	}
	r := packReader{data: v.JSON}
	return r.value()
}

// packReader decodes a value that scanPacked has accepted. It recurses at most
// MaxDepth levels deep.
type packReader struct {
	data []byte
	i    int
}

func (r *packReader) value() any {
	h, _ := readPackHead(r.data, r.i)
	content := r.data[h.start : h.start+h.size]
	r.i = h.start + h.size
	switch h.kind {
	case packFalse, packTrue:
		return h.kind == packTrue
	case packNumber:
		return h.number
	case packDate:
		return time.UnixMilli(int64(h.number)).UTC()
	case packString:
		return string(content)
	case packBinary:
		return newBuffer(bytes.Clone(content))
	case packExtension:
		return []any{h.number, newBuffer(bytes.Clone(content))}
	case packArray:
		array := make([]any, h.count)
		for i := range array {
			array[i] = r.value()
		}
		return array
	case packMap:
		return r.object(h)
	}
	return nil
}

func (r *packReader) object(h packHead) any {
	object := make(map[string]any, h.count/2)
	for range h.count / 2 {
		key, value := r.value(), r.value()
		switch key := key.(type) { // keys of other kinds are left out
		case string:
			object[key] = value
		case float64:
			object[string(appendFloat(nil, key, 64))] = value // as JavaScript has it
		}
	}
	return object
}
