package codec

import (
	"strings"
	"testing"
)

func TestAppendEvent(t *testing.T) {
	value := func(json string) Value { return Value{JSON: []byte(json)} }
	tests := []struct {
		name, namespace, event string
		args                   []Value
		want                   string
	}{
		{"one argument, as it came", "/", "offer", []Value{value(`{"sdp": "\u0041\r\n"}`)}, `2["offer",{"sdp": "\u0041\r\n"}]`},
		{"no argument", "", "message", nil, `2["message"]`},
		{"undefined becomes null", "/", "message", []Value{{}, value("1"), {}}, `2["message",null,1,null]`},
		{"a namespace", "/admin", "x", []Value{value("1")}, `2/admin,["x",1]`},
		{"a name that has to be escaped", "/", "\"\\\b\f\n\r\t\x00\x1f\x7f/", nil, `2["\"\\\b\f\n\r\t\u0000\u001f` + "\x7f/\"]"},
		{"a name beyond ASCII, which is not", "/", "é\u2028<&>😀", nil, "2[\"é\u2028<&>😀\"]"},
		{"a name that is no UTF-8", "/", "a\xffb", nil, `2["a` + "\ufffd" + `b"]`},
		{"placeholders of a packet that was not binary", "/", "x", []Value{value(`{"_placeholder":true,"num":3}`)}, `2["x",{"_placeholder":true,"num":3}]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, attachments := AppendEvent([]byte("4"), tt.namespace, tt.event, tt.args...)
			if string(text) != "4"+tt.want || attachments != nil {
				t.Errorf("it is %s with %d attachments, want 4%s", text, len(attachments), tt.want)
			}
		})
	}
}

func TestAppendAck(t *testing.T) {
	text, attachments := AppendAck(nil, "/", 0)
	if string(text) != `30[]` || attachments != nil {
		t.Errorf("an acknowledgement of nothing is %s", text)
	}
	text, _ = AppendAck(nil, "/a", 18446744073709551615, Value{JSON: []byte("1")}, Value{})
	if string(text) != `3/a,18446744073709551615[1,null]` {
		t.Errorf("an acknowledgement with two arguments is %s", text)
	}
}

func TestAppendEventJoinsAttachmentsOfSeveralPackets(t *testing.T) {
	first := decodeBinary(t, `52-["x",{"_placeholder":true,"num":1}]`, []byte("a0"), []byte("a1"))
	second := decodeBinary(t, `52-["x",[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]]`, []byte("b0"), []byte("b1"))
	list := second.Args[0]
	text, attachments := AppendEvent(nil, "/n", "y", list, first.Args[0], Value{JSON: []byte("1")}, list)
	const want = `53-/n,["y",[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}],{"_placeholder":true,"num":2},1,` +
		`[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]]`
	if string(text) != want {
		t.Errorf("it is %s, want %s", text, want)
	}
	if got := strings.Join(toStrings(attachments), " "); got != "b1 b0 a1" {
		t.Errorf("the attachments are %s", got)
	}
}

// A value that was taken out of a packet's argument takes its attachments along.
func TestAppendEventKeepsAttachmentsOfParts(t *testing.T) {
	p := decodeBinary(t, `52-["message",{"channel":"a","message":{"file":{"_placeholder":true,"num":1}}}]`, []byte("0"), []byte("1"))
	text, attachments := AppendEvent(nil, "/", "message", mustField(t, p.Args[0], "message"))
	if string(text) != `51-["message",{"file":{"_placeholder":true,"num":0}}]` || len(attachments) != 1 || string(attachments[0]) != "1" {
		t.Errorf("it is %s with %q", text, attachments)
	}
	text, attachments = AppendEvent(nil, "/", "message", mustField(t, p.Args[0], "channel"))
	if string(text) != `2["message","a"]` || attachments != nil {
		t.Errorf("the part without binary data is %s with %q", text, attachments)
	}
}

// A few bytes of placeholder must not become an attachment each.
func TestAppendEventDoesNotMultiplyAttachments(t *testing.T) {
	many := strings.Repeat(`{"_placeholder":true,"num":0},`, 10_000)
	p := decodeBinary(t, `51-["x",[`+many+`0]]`, []byte("data"))
	if _, attachments := AppendEvent(nil, "/", "x", p.Args...); len(attachments) != 1 {
		t.Errorf("it has %d attachments, want 1", len(attachments))
	}
}

func TestAppendEventDoesNotAllocate(t *testing.T) {
	arg := Value{JSON: []byte(offerJSON)}
	dst := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { AppendEvent(dst, "/", "offer", arg) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func toStrings(data [][]byte) []string {
	s := make([]string, len(data))
	for i, d := range data {
		s[i] = string(d)
	}
	return s
}
