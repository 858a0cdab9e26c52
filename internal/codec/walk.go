package codec

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// writer writes Go values in one of the two formats.
type writer interface {
	null()
	boolean(b bool)
	signed(n int64)
	unsigned(n uint64)
	float(f float64, bits int)
	str(s string)
	binary(data []byte)
	relay(v Value)
	// marshal writes a value that encoding/json decides the form of.
	marshal(v any) error
	// array and object write a slice and a map, which stand in depth-1 others, and
	// call walk for what is in them.
	array(v reflect.Value, depth int) error
	object(v reflect.Value, depth int) error
}

// walk writes v, which stands in depth slices, maps and pointers.
func walk(w writer, v any, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep // a pointer may lead to itself
	}
	rv := reflect.ValueOf(v)
	if v == nil || rv.Kind() == reflect.Pointer && rv.IsNil() {
		w.null()
		return nil
	}
	if writeBuffer(w, v) {
		return nil
	}
	switch v := v.(type) {
	case Value:
		w.relay(v)
	case *strings.Reader:
		s, _ := io.ReadAll(v) // it cannot fail
		w.str(string(s))
	case io.Reader:
		return readInto(w, v)
	case json.Marshaler, encoding.TextMarshaler, json.Number:
		return w.marshal(v)
	default:
		return walkKind(w, rv, depth)
	}
	return nil
}

// walkKind writes a value according to its kind.
func walkKind(w writer, v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.String:
		w.str(v.String())
	case reflect.Bool:
		w.boolean(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.signed(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.unsigned(v.Uint())
	case reflect.Float32, reflect.Float64:
		w.float(v.Float(), v.Type().Bits())
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			w.binary(v.Bytes())
			return nil
		}
		return w.array(v, depth+1)
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return w.marshal(v.Interface())
		}
		return w.object(v, depth+1)
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.Struct {
			return w.marshal(v.Interface())
		}
		return walk(w, v.Elem().Interface(), depth+1)
	default:
		return w.marshal(v.Interface())
	}
	return nil
}

// sortedKeys returns the keys of a map, which are strings, in order.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}

// readInto reads r to its end, closes it if it can be, and writes the bytes as
// binary data.
func readInto(w writer, r io.Reader) error {
	if c, ok := r.(io.Closer); ok {
		defer c.Close() // the error means nothing: all has been read
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read binary data of a packet: %w", err)
	}
	w.binary(data)
	return nil
}
