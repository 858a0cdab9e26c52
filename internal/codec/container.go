package codec

import (
	"bytes"
	"iter"
)

// scanEntry reads a value of an array or object, and the comma or closing bracket
// after it; closing is that bracket. The value is data[start:end], the comma or
// bracket data[next-1].
func scanEntry(data []byte, i, depth int, closing byte) (start, end, next int, err error) {
	start = skipSpace(data, i)
	if end, err = scanValue(data, start, depth); err != nil {
		return 0, 0, 0, err
	}
	i = skipSpace(data, end)
	if i >= len(data) || data[i] != ',' && data[i] != closing {
		return 0, 0, 0, ErrInvalidPayload
	}
	return start, end, i + 1, nil
}

// appendElements checks that data is a JSON array, with nothing but white space
// after it, and appends its elements to dst.
func appendElements(dst []Value, data []byte) ([]Value, error) {
	if len(data) == 0 || data[0] != '[' {
		return dst, ErrInvalidPayload
	}
	i := skipSpace(data, 1)
	if i < len(data) && data[i] == ']' {
		return dst, checkEnd(data, i+1)
	}
	for {
		start, end, next, err := scanEntry(data, i, 1, ']')
		if err != nil {
			return dst, err
		}
		if len(dst) == cap(dst) {
			// A Value takes 16 times the space of the shortest element. With append's
			// own growth a hostile packet could cost several times that.
			dst = append(make([]Value, 0, len(dst)+1+countElements(data, next)), dst...)
		}
		dst = append(dst, Value{JSON: data[start:end:end]})
		if data[next-1] == ']' {
			return dst, checkEnd(data, next)
		}
		i = next
	}
}

// checkEnd checks that data[i:] is nothing but white space.
func checkEnd(data []byte, i int) error {
	if skipSpace(data, i) < len(data) {
		return ErrInvalidPayload
	}
	return nil
}

// countElements returns how many valid elements follow data[i-1].
func countElements(data []byte, i int) int {
	n := 0
	for data[i-1] == ',' {
		_, _, next, err := scanEntry(data, i, 1, ']')
		if err != nil {
			break
		}
		n++
		i = next
	}
	return n
}

// members returns a sequence of an object's keys, with their quotes, and values.
// It is empty if data is no object, and ends where data is not valid.
func members(data []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		if len(data) == 0 || data[0] != '{' {
			return
		}
		for i, more := 1, true; more; {
			start := skipSpace(data, i)
			colon := scanKey(data, start) - 1
			if colon < 0 {
				return // an empty object, if it is valid
			}
			key := data[start : 1+bytes.LastIndexByte(data[:colon], '"')]
			start, end, next, err := scanEntry(data, colon+1, 0, '}')
			if err != nil || !yield(key, data[start:end:end]) {
				return
			}
			i, more = next, data[next-1] == ','
		}
	}
}
