package codec

import (
	"bytes"
	"math"
	"strconv"
)

// cutType takes the packet type off the front of text.
//
// The reference reads the type with JavaScript's Number, which returns 0 for
// white space and for the empty string: both are a CONNECT.
func cutType(text []byte) (t Type, rest []byte, err error) {
	if len(text) == 0 {
		return Connect, nil, nil
	}
	if c := text[0]; '0' <= c && c <= '6' {
		return Type(c - '0'), text[1:], nil
	}
	if w := spaceWidth(text); w > 0 {
		return Connect, text[w:], nil
	}
	return 0, nil, ErrUnknownType
}

// cutAttachments takes the attachment count and its dash off the front of text.
// The count may be spelt in any way that JavaScript's Number reads: 01, 1.0, 0x1.
func cutAttachments(text []byte) (n int, rest []byte, err error) {
	count, rest, found := bytes.Cut(text, []byte{'-'})
	if !found {
		return 0, nil, ErrIllegalAttachments
	}
	f := parseNumber(count)
	switch {
	case math.IsNaN(f) || f < 1 || f != math.Trunc(f) || math.IsInf(f, 0):
		return 0, nil, ErrIllegalAttachments
	case f > MaxAttachments:
		return 0, nil, ErrTooManyAttachments
	}
	return int(f), rest, nil
}

// cutNamespace takes the namespace and its comma off the front of text. Without
// a comma the namespace is all the rest.
func cutNamespace(text []byte) (namespace, rest []byte) {
	if len(text) == 0 || text[0] != '/' {
		return nil, text
	}
	namespace, rest, _ = bytes.Cut(text, []byte{','})
	return namespace, rest
}

// cutID takes the acknowledgement id off the front of text. It never fails. An id
// that does not fit is MaxUint64, which matches no acknowledgement, and so is one
// with white space in it, which is NaN to the reference.
func cutID(text []byte) (id uint64, ok bool, rest []byte) {
	n := 0
	for n < len(text) {
		if c := text[n]; '0' <= c && c <= '9' {
			n++
			continue
		}
		// To the reference white space is a digit: alone it is the id 0.
		w := spaceWidth(text[n:])
		if w == 0 {
			break
		}
		n += w
	}
	if n == 0 {
		return 0, false, text
	}
	digits := trimSpace(text[:n])
	if len(digits) == 0 {
		return 0, true, text[n:]
	}
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		id = math.MaxUint64
	}
	return id, true, text[n:]
}
