package packet

import (
	"bytes"
	"net/url"
	"strings"
	"unicode/utf8"
)

// JSONP is polling by script elements, for browsers without cross-origin
// requests: a response is a script that calls a function with the payload as a
// string, a request is a form whose field d is the payload.
//
//	response   ___eio[<index>]("<payload>");

// CallbackIndex returns the digits of the query's j: the index of the function.
func CallbackIndex(j string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, j)
}

// AppendScript appends the script that calls function number index with payload.
func AppendScript(dst []byte, index string, payload []byte) []byte {
	dst = append(append(dst, "___eio["...), index...)
	dst = appendJSString(append(dst, "]("...), payload)
	return append(dst, ");"...)
}

const hexDigits = "0123456789abcdef"

// appendJSString appends text as a string that is both JSON and JavaScript: it
// escapes U+2028 and U+2029, which a JavaScript string could not have before 2019.
func appendJSString(dst, text []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r == '\b':
			dst = append(dst, `\b`...)
		case r == '\f':
			dst = append(dst, `\f`...)
		case r < 0x20:
			dst = append(dst, `\u00`...)
			dst = append(dst, hexDigits[r>>4], hexDigits[r&0xF])
		case r == 0x2028:
			dst = append(dst, `\u2028`...)
		case r == 0x2029:
			dst = append(dst, `\u2029`...)
		default:
			dst = append(dst, text[i:i+size]...)
		}
		i += size
	}
	return append(dst, '"')
}

// ParseForm returns the payload in the form of a JSONP request. It reports false
// unless there is exactly one field d. Browsers rewrite newlines in forms, so the
// client sends a newline as \n and the two characters \n as \\n; ParseForm
// undoes that. It keeps nothing of body.
func ParseForm(body []byte) ([]byte, bool) {
	var payload string
	fields := 0
	for field := range strings.SplitSeq(string(body), "&") {
		name, value, _ := strings.Cut(field, "=")
		if Unescape(name) == "d" {
			payload = Unescape(value)
			fields++
		}
	}
	if fields != 1 {
		return nil, false
	}
	return bytes.ReplaceAll(newlines([]byte(payload)), []byte(`\\n`), []byte(`\n`)), true
}

// newlines replaces \n by a newline unless another backslash precedes it. It
// reuses the memory of text.
func newlines(text []byte) []byte {
	out := text[:0]
	for i := 0; i < len(text); i++ {
		switch {
		case bytes.HasPrefix(text[i:], []byte(`\\n`)):
			out = append(out, `\\n`...)
			i += 2
		case bytes.HasPrefix(text[i:], []byte(`\n`)):
			out = append(out, '\n')
			i++
		default:
			out = append(out, text[i])
		}
	}
	return out
}

// Unescape decodes a name or value of a form or query. A % that begins no escape
// stays as it is.
func Unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return lenientUnescape(s)
}

// lenientUnescape is Unescape for text in which some % begins no escape.
func lenientUnescape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			out.WriteByte(' ')
		case c == '%' && i+2 < len(s) && hexValue(s[i+1]) >= 0 && hexValue(s[i+2]) >= 0:
			out.WriteByte(byte(hexValue(s[i+1])<<4 | hexValue(s[i+2])))
			i += 2
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// hexValue returns the value of a hexadecimal digit, or -1.
func hexValue(c byte) int {
	if c >= 'A' && c <= 'F' {
		c += 'a' - 'A'
	}
	return strings.IndexByte(hexDigits, c)
}
