package codec

import (
	"encoding/json"
	"strings"
	"testing"
)

// The judge of JSON is encoding/json, whose grammar is that of JSON.parse.
func TestScannerAgreesWithTheStandardLibrary(t *testing.T) {
	documents := []string{
		"", " ", "null", "nul", "nulll", "true", "tru", "false", "falsy", "True", "undefined", "NaN", "Infinity",
		"0", "-0", "00", "01", "-", "-1", "+1", "1.", ".5", "1.5", "1.5.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "1e5.5", "0x1", "1_0", "- 1", "12345678901234567890",
		`"`, `""`, `"a`, `"a"`, `"a""`, `'a'`, `"\"`, `"\""`, `"\\"`, `"\\\"`, `"\a"`, `"\'"`, `"\/\b\f\n\r\t"`, `"\`, `"\u`, `"\u12"`, `"\u123g"`, `"\u12aF"`, `"\U1234"`, `"\ud83d\ude00"`, `"\ud800"`,
		"\"\x00\"", "\"\x1f\"", "\"\n\"", "\"\t\"", "\"\x7f\"", "\"\u2028\u2029\"", "\"\xff\xfe\"", "\"é€😀\"",
		"[]", "[ ]", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,2]", "[[],[[]],{}]", "[1}", "[[1]", "[1]]", "[\f1]", "[\v1]", "[\u00a01]", "\ufeff[1]",
		"{}", "{ }", "{", "}", `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{"a":1]`, `{a:1}`, `{1:1}`, `{"a" : 1 , "b":[{"c":null}]}`, `{"a":1 "b":2}`, `{"a"::1}`, `{"a":1,"a":2}`, `{,}`, `{"a":1}}`, `{"":{"":{}}}`,
		"[1]\x00", "\x00", "[1] x", "[1] \t\r\n", "//x\n1", "[\"a\"\n,\r\"b\"\t]",
	}
	// Every place within the eight bytes that are looked at together.
	for _, special := range []string{`"`, `\`, `\n`, `\q`, `\u0041`, "\x01", "\x1f", " ", "!", "#", "\x80", "é", "\x7f"} {
		for n := range 19 {
			documents = append(documents, `"`+strings.Repeat("a", n)+special+strings.Repeat("b", 18-n)+`"`, `"`+strings.Repeat("é", n)+special)
		}
	}
	for _, doc := range documents {
		data := []byte(doc)
		end, err := scanValue(data, 0, 0)
		valid := err == nil && checkEnd(data, end) == nil
		if valid != json.Valid(data) {
			t.Errorf("%q: valid is %t, want %t", doc, valid, !valid)
		}
	}
}
