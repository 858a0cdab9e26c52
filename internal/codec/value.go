package codec

import "iter"

// Value is one JSON value as it stood on the wire, together with the binary
// attachments that placeholders in it refer to. The zero Value is JavaScript's
// undefined and is written as null.
//
// The values of a packet in MessagePack are in MessagePack. Their methods do the
// same, and their bytes are written as they came, too.
//
// A Value made by hand of JSON that is not valid is written as it is. The methods
// do not panic on it.
type Value struct {
	JSON []byte
	// attachments are all those of the value's packet. It is nil for a packet that
	// is not binary, where a placeholder is an ordinary object, and inMessagePack for
	// a value in that format. It is a pointer because a packet may have many values.
	attachments *[][]byte
}

// Field returns a member of an object. Of members with the same name the last
// counts, as in JSON.parse. It reports false if the value is no object or has no
// such member. A placeholder for binary data is no object.
func (v Value) Field(name string) (Value, bool) {
	if v.packed() {
		return v.packedField(name)
	}
	if _, binary := v.Binary(); binary {
		return Value{}, false
	}
	var last []byte
	for key, value := range members(v.JSON) {
		if quotes(key, name) {
			last = value
		}
	}
	return Value{JSON: last, attachments: v.attachments}, last != nil
}

// Text returns the decoded string if the value is a string. Half of a surrogate
// pair without its other half becomes U+FFFD.
func (v Value) Text() (string, bool) {
	if v.packed() {
		return v.packedText()
	}
	if len(v.JSON) == 0 || v.JSON[0] != '"' || scanString(v.JSON, 1) != len(v.JSON) {
		return "", false
	}
	return unquote(v.JSON), true
}

// Elements returns a sequence of an array's elements. If the value is no array,
// it reports false and the sequence is empty.
func (v Value) Elements() (iter.Seq[Value], bool) {
	if v.packed() {
		return v.packedElements()
	}
	isArray := len(v.JSON) > 0 && v.JSON[0] == '['
	return func(yield func(Value) bool) {
		for i, more := 1, isArray; more; {
			start, end, next, err := scanEntry(v.JSON, i, 0, ']')
			if err != nil { // the array is empty, if it is valid
				return
			}
			if !yield(Value{JSON: v.JSON[start:end:end], attachments: v.attachments}) {
				return
			}
			i, more = next, v.JSON[next-1] == ','
		}
	}, isArray
}

// Within returns an object of two members in the value's own format: key with the
// string text, and name with the value. Undefined becomes null.
func (v Value) Within(key, text, name string) Value {
	if v.packed() {
		return v.packedWithin(key, text, name)
	}
	json := AppendString([]byte{'{'}, key)
	json = AppendString(append(json, ':'), text)
	json = AppendString(append(json, ','), name)
	json = append(json, ':')
	if len(v.JSON) == 0 {
		json = append(json, "null"...)
	}
	return Value{JSON: append(append(json, v.JSON...), '}'), attachments: v.attachments}
}

// IsNull reports whether the value is null or undefined.
func (v Value) IsNull() bool {
	if v.packed() {
		return v.packedNull()
	}
	return len(v.JSON) == 0 || string(v.JSON) == "null"
}

// Binary returns the value's bytes if it is binary: in JSON a placeholder of a
// binary packet. The bytes are shared with all receivers of the packet and must
// not be changed. Those in MessagePack are valid only as long as the packet.
func (v Value) Binary() ([]byte, bool) {
	if v.packed() {
		return v.packedBytes(packBinary)
	}
	if v.attachments == nil {
		return nil, false
	}
	var isPlaceholder bool
	var num []byte
	for key, value := range members(v.JSON) {
		switch {
		case quotes(key, placeholderKey):
			isPlaceholder = string(value) == "true"
		case quotes(key, numKey):
			num = value
		}
	}
	if !isPlaceholder {
		return nil, false
	}
	if n := parseIndex(num); n >= 0 && n < float64(len(*v.attachments)) {
		return (*v.attachments)[int(n)], true
	}
	return nil, false
}
