package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/zishang520/engine.io/v2/types"
)

func TestAppendPacket(t *testing.T) {
	id := uint64(12)
	type room string
	type member struct {
		Name string `json:"name"`
		Note string `json:"note,omitempty"`
	}
	number := 5
	relayed := decodeBinary(t, `52-["x",{"file":{"_placeholder":true,"num":1}}]`, []byte("zero"), []byte("one")).Args[0]
	event := func(args ...any) goPacket {
		return goPacket{Type: Event, Namespace: "/", Data: append([]any{"x"}, args...)}
	}
	tests := []struct {
		name        string
		packet      goPacket
		want        string
		attachments string
	}{
		{"strings, which are escaped as little as can be", event("<b>&\u2028\u2029é\"\\\n\x01\xff"), "2[\"x\",\"<b>&\u2028\u2029é\\\"\\\\\\n\\u0001\ufffd\"]", ""},
		{"numbers", event(1, int8(-2), uint64(math.MaxUint64), 1.5, 1e21, 1e-7, float32(.1), math.Copysign(0, -1)), `2["x",1,-2,18446744073709551615,1.5,1e+21,1e-7,0.1,0]`, ""},
		{"what is no number becomes null", event(math.NaN(), math.Inf(1), float32(math.Inf(-1))), `2["x",null,null,null]`, ""},
		{"null and booleans", event(nil, true, false), `2["x",null,true,false]`, ""},
		{"pointers", event(&number, (*int)(nil), (*types.BytesBuffer)(nil), (*member)(nil)), `2["x",5,null,null,null]`, ""},
		{"maps with sorted keys", event(map[string]any{"b": 1, "a": map[string]int{"é": 2, "<": 1}}), `2["x",{"a":{"<":1,"é":2},"b":1}]`, ""},
		{"maps whose keys are numbers", event(map[int]string{2: "b", 1: "a"}), `2["x",{"1":"a","2":"b"}]`, ""},
		{"slices and arrays", event([]string{"a", "b"}, []room{"c"}, [2]byte{1, 2}, [][]int{{1}, {}}), `2["x",["a","b"],["c"],[1,2],[[1],[]]]`, ""},
		{"nil slices and maps, which are empty", event([]any(nil), map[string]any(nil)), `2["x",[],{}]`, ""},
		{"structs by their tags", event(member{Name: "<a>"}, &member{Name: "b", Note: "c"}), `2["x",{"name":"<a>"},{"name":"b","note":"c"}]`, ""},
		{"what marshals itself", event(json.RawMessage(`{"a": 1}`), json.Number("1.50"), time.Unix(0, 0).UTC()), `2["x",{"a":1},1.50,"1970-01-01T00:00:00Z"]`, ""},
		{"string buffers and readers", event(types.NewStringBufferString("a\"<"), strings.NewReader("b")), `2["x","a\"<","b"]`, ""},
		{"a value that is relayed", event(Value{JSON: []byte(`{"a": 1}`)}, Value{}), `2["x",{"a": 1},null]`, ""},
		{"bytes", event([]byte("a"), map[string]any{"b": []byte("b")}), `52-["x",{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}]`, "a b"},
		{"buffers and readers", event(types.NewBytesBufferString("a"), bytes.NewReader([]byte("b")), io.NopCloser(strings.NewReader("c"))), `53-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]`, "a b c"},
		{"bytes and a relayed value that has some", event([]byte("a"), relayed), `52-["x",{"_placeholder":true,"num":0},{"file":{"_placeholder":true,"num":1}}]`, "a one"},
		{"an event in a namespace with an id", goPacket{Type: Event, Namespace: "/a", ID: &id, Data: []any{"x", []byte("a")}}, `51-/a,12["x",{"_placeholder":true,"num":0}]`, "a"},
		{"an acknowledgement", goPacket{Type: Ack, ID: &id, Data: []any{"x"}}, `312["x"]`, ""},
		{"an acknowledgement of nothing", goPacket{Type: Ack, ID: &id, Data: []any(nil)}, `312[]`, ""},
		{"a binary acknowledgement", goPacket{Type: Ack, ID: &id, Data: []any{[]byte("a")}}, `61-12[{"_placeholder":true,"num":0}]`, "a"},
		{"an event that was made binary before", goPacket{Type: BinaryEvent, Data: []any{"x", []byte("a")}}, `51-["x",{"_placeholder":true,"num":0}]`, "a"},
		{"a binary event without binary data, which is none", goPacket{Type: BinaryEvent, Data: []any{"x"}}, `2["x"]`, ""},
		{"a connect", goPacket{Type: Connect, Namespace: "/", Data: &struct {
			Sid string `json:"sid"`
			Pid string `json:"pid,omitempty"`
		}{Sid: "abc"}}, `0{"sid":"abc"}`, ""},
		{"a connect without data", goPacket{Type: Connect, Namespace: "/a"}, `0/a,`, ""},
		{"a disconnect", goPacket{Type: Disconnect, Namespace: "/"}, `1`, ""},
		{"a connect error", goPacket{Type: ConnectError, Namespace: "/a", Data: map[string]any{"message": "Invalid namespace"}}, `4/a,{"message":"Invalid namespace"}`, ""},
		{"a connect error with bytes, which it cannot attach", goPacket{Type: ConnectError, Data: map[string]any{"data": []byte{1, 255}}}, `4{"data":{"type":"Buffer","data":[1,255]}}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, attachments, err := tt.packet.append([]byte("4"))
			if err != nil || string(text) != "4"+tt.want {
				t.Errorf("it is %s, error %v; want 4%s", text, err, tt.want)
			}
			if got := strings.Join(toStrings(attachments), " "); got != tt.attachments {
				t.Errorf("the attachments are %q, want %q", got, tt.attachments)
			}
		})
	}
}

// Node's adapters and ours encode a packet more than once.
func TestAppendPacketLeavesThePacketAsItWas(t *testing.T) {
	p := goPacket{Type: Event, Data: []any{"x", types.NewBytesBufferString("a"), types.NewStringBufferString("b")}}
	for range 2 {
		text, attachments, err := p.append(nil)
		if err != nil || string(text) != `51-["x",{"_placeholder":true,"num":0},"b"]` || len(attachments) != 1 || string(attachments[0]) != "a" {
			t.Fatalf("it is %s with %q, error %v", text, attachments, err)
		}
	}
}

func TestAppendPacketFails(t *testing.T) {
	type pointer *pointer
	var itself pointer
	itself = &itself
	loop := []any{nil}
	loop[0] = loop
	failed := errors.New("failed")
	tests := []struct {
		name   string
		packet goPacket
		want   error // nil for any
	}{
		{"for a type that is none", goPacket{Type: 7}, ErrUnknownType},
		{"for the type of the module's zero packet", goPacket{Type: 256 - '0'}, ErrUnknownType},
		{"for a slice that contains itself", goPacket{Type: Event, Data: loop}, ErrTooDeep},
		{"for a pointer to itself", goPacket{Type: Event, Data: []any{"x", itself}}, ErrTooDeep},
		{"for a function", goPacket{Type: Event, Data: []any{"x", func() {}}}, nil},
		{"for a function within a map", goPacket{Type: Event, Data: []any{"x", map[string]any{"f": func() {}}}}, nil},
		{"for a reader that fails", goPacket{Type: Event, Data: []any{"x", iotest.ErrReader(failed)}}, failed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, attachments, err := tt.packet.append([]byte("4"))
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
			if string(text) != "4" || attachments != nil {
				t.Errorf("dst has become %q with %d attachments", text, len(attachments))
			}
		})
	}
}

func TestAppendPacketBoundsDepth(t *testing.T) {
	nest := func(n int) any {
		var v any = 1
		for i := range n {
			if i%2 == 0 {
				v = []any{v}
			} else {
				v = map[string]any{"a": v}
			}
		}
		return v
	}
	if _, _, err := (goPacket{Type: Event, Data: nest(MaxDepth)}).append(nil); err != nil {
		t.Errorf("as deep as may be: %v", err)
	}
	if _, _, err := (goPacket{Type: Event, Data: nest(MaxDepth + 1)}).append(nil); !errors.Is(err, ErrTooDeep) {
		t.Errorf("one deeper: error is %v", err)
	}
}
