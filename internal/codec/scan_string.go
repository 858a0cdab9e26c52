package codec

import (
	"encoding/binary"
	"math/bits"
)

const (
	lowBits  = 0x0101010101010101 // the lowest bit of each of 8 bytes
	highBits = 0x8080808080808080 // the highest bit of each of 8 bytes
)

// scanString reads a string whose opening quote is data[i-1] and returns the index
// after its closing quote, -1 if it is no JSON string. It accepts all bytes that
// are not ASCII: the transport checks that text is UTF-8.
func scanString(data []byte, i int) int {
	for {
		for i+8 <= len(data) {
			found := special(binary.LittleEndian.Uint64(data[i:]))
			if found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
			i += 8
		}
		// Every line of a session description ends so: an offer takes a fifth less time.
		if i+4 <= len(data) && string(data[i:i+4]) == `\r\n` {
			i += 4
			continue
		}
		for i+1 < len(data) && data[i] == '\\' {
			if simpleEscapes[data[i+1]] {
				i += 2
			} else if i = scanUnicodeEscape(data, i); i < 0 {
				return -1
			}
		}
		if i >= len(data) {
			return -1
		}
		switch c := data[i]; {
		case c == '"':
			return i + 1
		case c < ' ', c == '\\':
			return -1
		}
		i++
	}
}

// special returns a mark, the high bit of its byte, for each byte in w that has a
// meaning within a string: the quote, the backslash and control characters. The
// lowest mark is exact; those above it may be wrong.
//
// Subtracting n from a byte below n borrows, which sets its high bit. Flipping bit
// 1 swaps the quote, 0x22, with the space, 0x20, and keeps the control characters
// below that, so that one subtraction of 0x21 finds both. A borrow spreads to the
// bytes above it alone, and starts at a marked byte.
func special(w uint64) uint64 {
	quotesAndControls := (w ^ lowBits*('"'^' ')) - lowBits*(' '+1)
	backslashes := (w ^ lowBits*'\\') - lowBits
	return (quotesAndControls | backslashes) &^ w & highBits
}

// simpleEscapes are the characters that make an escape together with a backslash.
var simpleEscapes = [256]bool{
	'"': true, '\\': true, '/': true, 'b': true, 'f': true, 'n': true, 'r': true, 't': true,
}

// scanUnicodeEscape reads the escape, \u and four hexadecimal digits, whose
// backslash is data[i]. It returns the index after it, -1 if it is none.
func scanUnicodeEscape(data []byte, i int) int {
	if data[i+1] != 'u' {
		return -1
	}
	if _, ok := parseHex4(data, i+2); !ok {
		return -1
	}
	return i + 6
}

// parseHex4 reads the four hexadecimal digits at data[i].
func parseHex4(data []byte, i int) (r rune, ok bool) {
	if i+4 > len(data) {
		return 0, false
	}
	for _, c := range data[i : i+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = (c | 0x20) - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
