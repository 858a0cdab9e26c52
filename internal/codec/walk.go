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

	"github.com/zishang520/engine.io/v2/types"
)

// writer writes Go values in one of the formats.
type writer interface {
	null()
	boolean(b bool)
	signed(n int64)
	unsigned(n uint64)
	float(f float64, bits int)
	str(s string)
	binary(data []byte)
	relay(v Value)
	// marshal writes what only encoding/json knows how to.
	marshal(v any) error
	// array and object write what holds others, at their depth, by calling walk.
	array(v reflect.Value, depth int) error
	object(v reflect.Value, depth int) error
}

// walk writes v, which stands in depth arrays, maps and pointers.
func walk(w writer, v any, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep // a pointer may lead to itself
	}
	rv := reflect.ValueOf(v)
	if v == nil || rv.Kind() == reflect.Pointer && rv.IsNil() {
		w.null()
		return nil
	}
	switch v := v.(type) {
	case Value:
		w.relay(v)
	case *types.StringBuffer:
		w.str(v.String())
	case *strings.Reader:
		s, _ := io.ReadAll(v) // it cannot fail
		w.str(string(s))
	case types.BufferInterface:
		w.binary(v.Bytes())
	case io.Reader:
		return readInto(w, v)
	case json.Marshaler, encoding.TextMarshaler, json.Number:
		return w.marshal(v)
	default:
		return walkKind(w, rv, depth)
	}
	return nil
}

// walkKind writes a value of which only the kind matters.
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

// sortedKeys returns the keys of a map of strings in their order.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}

// readInto writes what r has as binary data.
func readInto(w writer, r io.Reader) error {
	if c, ok := r.(io.Closer); ok {
		defer c.Close() // it has been read: nothing can be lost
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read binary data of a packet: %w", err)
	}
	w.binary(data)
	return nil
}
