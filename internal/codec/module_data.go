package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// dataEncoder writes a packet whose payload is Go values.
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
