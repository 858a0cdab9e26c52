package codec

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/zishang520/engine.io/v2/types"
)

func TestField(t *testing.T) {
	const object = ` {"a":1,"b" : {"a":2} , "a":[3],"\u0063\"":4,"":5,"n":null}`
	tests := []struct {
		name, json, field, want string
		found                   bool
	}{
		{"of members with one name the last counts", object[1:], "a", "[3]", true},
		{"white space belongs to no value", object[1:], "b", `{"a":2}`, true},
		{"escaped keys are compared decoded", object[1:], `c"`, "4", true},
		{"the empty name is a name", object[1:], "", "5", true},
		{"null is a value", object[1:], "n", "null", true},
		{"a member of a member is none", `{"b":{"a":2}}`, "a", "", false},
		{"an empty object has none", `{ }`, "a", "", false},
		{"an array has none", `["a"]`, "a", "", false},
		{"a string has none", `"a"`, "a", "", false},
		{"a number has none", `1`, "a", "", false},
		{"null has none", `null`, "a", "", false},
		{"undefined has none", ``, "a", "", false},
		{"an object that is cut off has those before", `{"a":1,"b":`, "a", "1", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Value{JSON: []byte(tt.json)}.Field(tt.field)
			if string(got.JSON) != tt.want || ok != tt.found {
				t.Errorf("%q of %s is %q, %t", tt.field, tt.json, got.JSON, ok)
			}
		})
	}
	p := decodeBinary(t, `51-["x",{"_placeholder":true,"num":0}]`, []byte("data"))
	if _, ok := p.Args[0].Field("num"); ok {
		t.Error("binary data has the members of its placeholder")
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		json, want string
		ok         bool
	}{
		{`"room"`, "room", true},
		{`""`, "", true},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t", true},
		{`"\u00e9\u20AC\ud83d\uDE00!"`, "é€😀!", true},
		{`"\ud83d"`, "\ufffd", true},
		{`"\ude00\ud83d"`, "\ufffd\ufffd", true},
		{`"\ud83d\ud83d\ude00"`, "\ufffd😀", true},
		{`"\ud83d\n"`, "\ufffd\n", true},
		{`"é😀"`, "é😀", true},
		{`1`, "", false},
		{`["a"]`, "", false},
		{`null`, "", false},
		{``, "", false},
		{`"cut off`, "", false},
		{`"a" `, "", false},
	}
	for _, tt := range tests {
		if got, ok := (Value{JSON: []byte(tt.json)}).Text(); got != tt.want || ok != tt.ok {
			t.Errorf("%s is %q, %t; want %q, %t", tt.json, got, ok, tt.want, tt.ok)
		}
	}
}

func TestElements(t *testing.T) {
	tests := []struct {
		json string
		want []string
		ok   bool
	}{
		{`[ "a" ,{"b":[1,2]},[ ] ]`, []string{`"a"`, `{"b":[1,2]}`, `[ ]`}, true},
		{`[ ]`, nil, true},
		{`[1`, nil, true},
		{`{"a":1}`, nil, false},
		{`"[1]"`, nil, false},
		{``, nil, false},
	}
	for _, tt := range tests {
		elements, ok := Value{JSON: []byte(tt.json)}.Elements()
		var got []string
		for e := range elements {
			got = append(got, string(e.JSON))
		}
		if !slices.Equal(got, tt.want) || ok != tt.ok {
			t.Errorf("elements of %s are %q, %t; want %q, %t", tt.json, got, ok, tt.want, tt.ok)
		}
	}
	elements, _ := Value{JSON: []byte(`[1,2]`)}.Elements()
	for e := range elements {
		if string(e.JSON) != "1" {
			t.Errorf("after a break comes %s", e.JSON)
		}
		break
	}
}

func TestIsNull(t *testing.T) {
	for json, want := range map[string]bool{"null": true, "": true, "0": false, "false": false, `""`: false, "[]": false, `"null"`: false} {
		if got := (Value{JSON: []byte(json)}).IsNull(); got != want {
			t.Errorf("%q: %t, want %t", json, got, want)
		}
	}
}

func TestAny(t *testing.T) {
	tests := []struct {
		json string
		want any
	}{
		{`null`, nil},
		{`true`, true},
		{` false `, false},
		{`-1.5e2`, -150.0},
		{`"a\n"`, "a\n"},
		{`[]`, []any{}},
		{`{ }`, map[string]any{}},
		{` [ 1 , "b" , [ null ] , { } ] `, []any{1.0, "b", []any{nil}, map[string]any{}}},
		{`{"a":{"b":[true,false]},"c" : 1,"c":2}`, map[string]any{"a": map[string]any{"b": []any{true, false}}, "c": 2.0}},
		{`{"_placeholder":true,"num":0}`, map[string]any{"_placeholder": true, "num": 0.0}},
		{``, nil},
		{`[1,`, nil},
	}
	for _, tt := range tests {
		if got := (Value{JSON: []byte(tt.json)}).Any(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s is %#v, want %#v", tt.json, got, tt.want)
		}
	}
}

func TestAnyHasBuffersForBinaryData(t *testing.T) {
	p := decodeBinary(t, `51-["x",{"file":{"_placeholder":true,"num":0}}]`, []byte("data"))
	object, _ := p.Args[0].Any().(map[string]any)
	buffer, ok := object["file"].(types.BufferInterface)
	if !ok || string(buffer.Bytes()) != "data" {
		t.Fatalf("the file is %#v", object["file"])
	}
	// What a listener appends must not reach the bytes that others have.
	buffer.WriteString(strings.Repeat("more", 100))
	if b, _ := mustField(t, p.Args[0], "file").Binary(); string(b) != "data" {
		t.Errorf("the attachment has become %q", b)
	}
}

func mustField(t *testing.T, v Value, name string) Value {
	t.Helper()
	field, ok := v.Field(name)
	if !ok {
		t.Fatalf("%s has no member %q", v.JSON, name)
	}
	return field
}

func TestLookingIntoObjectsDoesNotAllocate(t *testing.T) {
	v := Value{JSON: []byte(`{"channel":null,"message":` + offerJSON + `}`)}
	n := testing.AllocsPerRun(100, func() {
		v.Field("message")
		channel, _ := v.Field("channel")
		channel.IsNull()
	})
	if n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestWithin(t *testing.T) {
	p := decodeBinary(t, `52-["x",{"d":[{"_placeholder":true,"num":1}],"e":{"_placeholder":true,"num":0}}]`, []byte("zero"), []byte("one"))
	d, _ := p.Args[0].Field("d")
	for _, row := range []struct {
		name, want string
		value      Value
	}{
		{"JSON as it stands", `42["e",{"from":"a","data":{ "b":1.0}}]`, Value{JSON: []byte(`{ "b":1.0}`)}},
		{"undefined as null", `42["e",{"from":"a","data":null}]`, Value{}},
		{"what looks like a placeholder", `42["e",{"from":"a","data":{"_placeholder":true,"num":0}}]`, Value{JSON: []byte(`{"_placeholder":true,"num":0}`)}},
		{"binary, with the attachments it refers to", `451-["e",{"from":"a","data":[{"_placeholder":true,"num":0}]}]`, d},
	} {
		t.Run(row.name, func(t *testing.T) {
			text, attachments := AppendEvent([]byte("4"), "/", "e", row.value.Within("from", "a", "data"))
			if string(text) != row.want {
				t.Errorf("got %s, want %s", text, row.want)
			}
			if strings.HasPrefix(row.want, "451-") && (len(attachments) != 1 || string(attachments[0]) != "one") {
				t.Errorf("the attachments are %q", attachments)
			}
		})
	}
}
