package codec

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// parseNumber returns what JavaScript's Number() returns for a string (ECMA-262,
// StringToNumber): white space around the number is ignored, the empty string is
// 0, and what is no number is NaN.
func parseNumber(s []byte) float64 {
	s = trimSpace(s)
	if len(s) == 0 {
		return 0
	}
	if len(s) > 2 && s[0] == '0' {
		switch s[1] | 0x20 {
		case 'x':
			return parseInteger(s[2:], 16)
		case 'o':
			return parseInteger(s[2:], 8)
		case 'b':
			return parseInteger(s[2:], 2)
		}
	}
	unsigned := s
	if s[0] == '+' || s[0] == '-' {
		unsigned = s[1:]
	}
	// ParseFloat knows more spellings than JavaScript (inf, nan, 0x1p4, 1_0):
	// only decimal literals may reach it.
	if string(unsigned) != "Infinity" && !isDecimal(unsigned) {
		return math.NaN()
	}
	return parseFloat(s)
}

// parseInteger reads digits of the base. A number of more than 64 bits becomes
// 2^64, which is as good as any: all are out of range.
func parseInteger(digits []byte, base int) float64 {
	n, err := strconv.ParseUint(string(digits), base, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return math.NaN()
	}
	return float64(n)
}

// isDecimal reports whether s is digits with an optional fraction and exponent.
// One side of the point may be empty.
func isDecimal(s []byte) bool {
	i := skipDigits(s, 0)
	digits := i
	if i < len(s) && s[i] == '.' {
		end := skipDigits(s, i+1)
		digits += end - (i + 1)
		i = end
	}
	if digits == 0 {
		return false
	}
	return scanExponent(s, i) == len(s)
}

// parseFloat reads a well-formed number. One that is too large is infinite, as in
// JavaScript.
func parseFloat(s []byte) float64 {
	f, _ := strconv.ParseFloat(string(s), 64)
	return f
}

// appendFloat appends f as JavaScript writes numbers (ECMA-262,
// Number::toString). NaN and the infinities come out as their names.
func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0:
		return append(dst, '0') // negative zero too
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, bits)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, bits)
	// Go pads the exponent to two digits, JavaScript does not.
	if n := len(dst); dst[n-2] == '0' && bytes.IndexByte(dst[start:], 'e') == n-4-start {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// spaceWidth returns the length in bytes of the white space character that s
// begins with, 0 if it begins with another. White space is JavaScript's (ECMA-262,
// WhiteSpace and LineTerminator), which is more than JSON's.
func spaceWidth(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	if c := s[0]; c < utf8.RuneSelf {
		if c == ' ' || '\t' <= c && c <= '\r' {
			return 1
		}
		return 0
	}
	if r, w := utf8.DecodeRune(s); isWideSpace(r) {
		return w
	}
	return 0
}

func isWideSpace(r rune) bool {
	return r == '\ufeff' || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Zs, r)
}

func trimSpace(s []byte) []byte {
	return bytes.TrimFunc(s, func(r rune) bool {
		return r == ' ' || '\t' <= r && r <= '\r' || isWideSpace(r)
	})
}
