package codec

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// packKind is the kind of a MessagePack value, as JavaScript has them.
type packKind uint8

const (
	packNull packKind = iota
	packUndefined
	packFalse
	packTrue
	packNumber
	packDate
	packString
	packBinary
	packExtension // one without a meaning to clients, who see its type and data
	packArray
	packMap
)

// packHead is the beginning of a value.
type packHead struct {
	kind   packKind
	start  int     // the index of the content
	size   int     // the length of the content in bytes; 0 for arrays and maps
	count  int     // the number of values in it: a map has two for each entry
	number float64 // a number, a date's milliseconds, an extension's type
}

// packHeads are, for the first bytes from 0xC0 to 0xDF, the form of the value and
// how many bytes of its length, or of the number itself, follow.
var packHeads = [32]struct {
	form packForm
	wide int
}{
	{formNull, 0}, {formNever, 0}, {formFalse, 0}, {formTrue, 0},
	{formBin, 1}, {formBin, 2}, {formBin, 4},
	{formExt, 1}, {formExt, 2}, {formExt, 4},
	{formFloat, 4}, {formFloat, 8},
	{formUint, 1}, {formUint, 2}, {formUint, 4}, {formUint, 8},
	{formInt, 1}, {formInt, 2}, {formInt, 4}, {formInt, 8},
	{formFixext, 1}, {formFixext, 2}, {formFixext, 4}, {formFixext, 8}, {formFixext, 16},
	{formStr, 1}, {formStr, 2}, {formStr, 4},
	{formArray, 2}, {formArray, 4},
	{formMap, 2}, {formMap, 4},
}

// packForm is the form of a value on the wire.
type packForm uint8

const (
	formNever packForm = iota
	formNull
	formFalse
	formTrue
	formBin
	formExt
	formFloat
	formUint
	formInt
	formFixext
	formStr
	formArray
	formMap
)

// readPackHead reads the head of the value at data[i]. It fails if that is no
// value, or if data is too short for its content, where each value in an array or
// map takes at least a byte.
func readPackHead(data []byte, i int) (packHead, error) {
	if i >= len(data) {
		return packHead{}, ErrInvalidPayload
	}
	h, ok := packHead{start: i + 1}, true
	switch c := data[i]; {
	case c < 0x80:
		h.kind, h.number = packNumber, float64(c)
	case c < 0x90:
		h.kind, h.count = packMap, 2*int(c&0x0F)
	case c < 0xA0:
		h.kind, h.count = packArray, int(c&0x0F)
	case c < 0xC0:
		h.kind, h.size = packString, int(c&0x1F)
	case c >= 0xE0:
		h.kind, h.number = packNumber, float64(int8(c))
	default:
		h, ok = readLongHead(data, i)
	}
	if left := len(data) - h.start; !ok || h.size > left || h.count > left {
		return packHead{}, ErrInvalidPayload
	}
	return h, nil
}

// readLongHead is readPackHead for the first bytes in packHeads. It does not check
// that data holds the content.
func readLongHead(data []byte, i int) (h packHead, ok bool) {
	form, wide := packHeads[data[i]-0xC0].form, packHeads[data[i]-0xC0].wide
	h.start = i + 1
	switch form {
	case formNever:
		return h, false
	case formNull:
		h.kind = packNull
		return h, true
	case formFalse, formTrue:
		h.kind = packFalse + packKind(form-formFalse)
		return h, true
	case formFixext:
		return readExtension(data, h, wide, true)
	}
	if len(data)-h.start < wide {
		return h, false
	}
	n := readUint(data[h.start : h.start+wide])
	h.start += wide
	switch form {
	case formFloat:
		h.kind, h.number = packNumber, math.Float64frombits(n)
		if wide == 4 {
			h.number = float64(math.Float32frombits(uint32(n)))
		}
		return h, true
	case formUint:
		h.kind, h.number = packNumber, float64(n)
		return h, true
	case formInt:
		shift := 64 - 8*wide
		h.kind, h.number = packNumber, float64(int64(n<<shift)>>shift)
		return h, true
	}
	if n > uint64(len(data)) {
		return h, false
	}
	switch form {
	case formExt:
		return readExtension(data, h, int(n), false)
	case formBin:
		h.kind, h.size = packBinary, int(n)
	case formStr:
		h.kind, h.size = packString, int(n)
	case formArray:
		h.kind, h.count = packArray, int(n)
	case formMap:
		h.kind, h.count = packMap, 2*int(n)
	}
	return h, true
}

// readExtension reads the type of an extension with a content of size bytes. It is
// of one of the forms of fixed size or not.
func readExtension(data []byte, h packHead, size int, fixed bool) (packHead, bool) {
	if len(data)-h.start < 1+size {
		return h, false
	}
	h.number = float64(int8(data[h.start]))
	h.start++
	h.kind, h.size = packExtension, size
	switch {
	case h.number != 0:
	case !fixed:
		h.kind = packBinary
	case size == 1:
		h.kind = packUndefined
	case size == 8:
		h.kind, h.number = packDate, float64(int64(binary.BigEndian.Uint64(data[h.start:])))
	}
	return h, true
}

// readUint reads a big-endian number of 1, 2, 4 or 8 bytes.
func readUint(b []byte) (n uint64) {
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

// scanPacked checks the value at data[i] with all in it, and returns the index
// after it. The value stands in depth arrays and maps.
func scanPacked(data []byte, i, depth int) (end int, err error) {
	h, err := readPackHead(data, i)
	if err != nil {
		return 0, err
	}
	end = h.start + h.size
	switch h.kind {
	case packString:
		if !utf8.Valid(data[h.start:end]) {
			return 0, ErrInvalidPayload
		}
	case packArray, packMap:
		if depth >= MaxDepth {
			return 0, ErrTooDeep
		}
		for range h.count {
			if end, err = scanPacked(data, end, depth+1); err != nil {
				return 0, err
			}
		}
	}
	return end, nil
}
