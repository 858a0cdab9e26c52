package codec

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/zishang520/engine.io/v2/types"
)

// dataEncoder writes a packet whose payload is Go values.
type dataEncoder struct {
	encoder
	attaches bool // binary data becomes attachments
}

// value writes v, which stands in depth arrays, maps and pointers.
func (e *dataEncoder) value(v any, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep // a pointer may lead to itself
	}
	rv := reflect.ValueOf(v)
	if v == nil || rv.Kind() == reflect.Pointer && rv.IsNil() {
		e.text = append(e.text, "null"...)
		return nil
	}
	switch v := v.(type) {
	case Value:
		e.relay(v)
	case *types.StringBuffer:
		e.text = AppendString(e.text, v.String())
	case *strings.Reader:
		s, _ := io.ReadAll(v) // it cannot fail
		e.text = AppendString(e.text, string(s))
	case types.BufferInterface:
		e.binary(v.Bytes())
	case io.Reader:
		return e.reader(v)
	case json.Marshaler, encoding.TextMarshaler, json.Number:
		return e.marshal(v)
	default:
		return e.reflected(rv, depth)
	}
	return nil
}

// reflected writes a value of which only the kind matters.
func (e *dataEncoder) reflected(v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.String:
		e.text = AppendString(e.text, v.String())
	case reflect.Bool:
		e.text = strconv.AppendBool(e.text, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.text = strconv.AppendInt(e.text, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.text = strconv.AppendUint(e.text, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		e.float(v.Float(), v.Type().Bits())
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			e.binary(v.Bytes())
			return nil
		}
		return e.array(v, depth+1)
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return e.marshal(v.Interface())
		}
		return e.object(v, depth+1)
	case reflect.Pointer:
		if v.Elem().Kind() == reflect.Struct {
			return e.marshal(v.Interface())
		}
		return e.value(v.Elem().Interface(), depth+1)
	default:
		return e.marshal(v.Interface())
	}
	return nil
}

func (e *dataEncoder) array(v reflect.Value, depth int) error {
	if depth > MaxDepth {
		return ErrTooDeep
	}
	e.text = append(e.text, '[')
	for i := range v.Len() {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		if err := e.value(v.Index(i).Interface(), depth); err != nil {
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
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	e.text = append(e.text, '{')
	for i, key := range keys {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		e.text = AppendString(e.text, key.String())
		e.text = append(e.text, ':')
		if err := e.value(v.MapIndex(key).Interface(), depth); err != nil {
			return err
		}
	}
	e.text = append(e.text, '}')
	return nil
}

func (e *dataEncoder) float(f float64, bits int) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		e.text = append(e.text, "null"...)
		return
	}
	e.text = appendFloat(e.text, f, bits)
}

func (e *dataEncoder) binary(data []byte) {
	if e.attaches {
		e.attach(data)
		return
	}
	// JSON.stringify's form of a Node Buffer.
	e.text = append(e.text, `{"type":"Buffer","data":[`...)
	for i, b := range data {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		e.text = strconv.AppendUint(e.text, uint64(b), 10)
	}
	e.text = append(e.text, `]}`...)
}

func (e *dataEncoder) reader(r io.Reader) error {
	if c, ok := r.(io.Closer); ok {
		defer c.Close() // it has been read: nothing can be lost
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("read binary data of a packet: %w", err)
	}
	e.binary(data)
	return nil
}

// marshal writes v with encoding/json, but leaves <, > and & as they are.
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
