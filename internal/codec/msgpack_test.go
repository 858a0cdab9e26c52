package codec

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/types"
)

// be returns n zero bytes and behind them last, big-endian as it were.
func be(n int, last byte) string { return strings.Repeat("\x00", n-1) + string([]byte{last}) }

var packedRows = []struct {
	name  string
	bytes string
	want  any
}{
	{"zero", "\x00", 0.0}, {"the largest of one byte", "\x7F", 127.0}, {"minus one", "\xFF", -1.0}, {"the least of one byte", "\xE0", -32.0},
	{"uint 8", "\xCC\xFF", 255.0}, {"uint 16", "\xCD\xFF\xFF", 65535.0}, {"uint 32", "\xCE\xFF\xFF\xFF\xFF", float64(math.MaxUint32)},
	{"uint 64", "\xCF\x80" + be(7, 0), float64(1 << 63)},
	{"int 8", "\xD0\x80", -128.0}, {"int 16", "\xD1\x80\x00", -32768.0}, {"int 32", "\xD2\x80\x00\x00\x00", float64(math.MinInt32)},
	{"int 64", "\xD3\x80" + be(7, 0), float64(math.MinInt64)},
	{"float 32", "\xCA\x3F\x00\x00\x00", 0.5}, {"float 64", "\xCB\x3F\xE0" + be(6, 0), 0.5}, {"infinity", "\xCB\x7F\xF0" + be(6, 0), math.Inf(1)},
	{"null", "\xC0", nil}, {"undefined", "\xD4\x00\x00", nil}, {"false", "\xC2", false}, {"true", "\xC3", true},
	{"no text", "\xA0", ""}, {"text", "\xA3\xE2\x82\xAC", "€"}, {"text, 8", "\xD9\x01a", "a"}, {"text, 16", "\xDA\x00\x01a", "a"}, {"text, 32", "\xDB" + be(4, 1) + "a", "a"},
	{"bytes, 8", "\xC4\x01\xFF", types.NewBytesBufferString("\xFF")}, {"bytes, 16", "\xC5\x00\x01\xFF", types.NewBytesBufferString("\xFF")},
	{"bytes, 32", "\xC6" + be(4, 1) + "\xFF", types.NewBytesBufferString("\xFF")},
	{"an ArrayBuffer, 8", "\xC7\x01\x00\xFF", types.NewBytesBufferString("\xFF")}, {"an ArrayBuffer, 16", "\xC8\x00\x01\x00\xFF", types.NewBytesBufferString("\xFF")},
	{"an ArrayBuffer, 32", "\xC9" + be(4, 1) + "\x00\xFF", types.NewBytesBufferString("\xFF")},
	{"a date", "\xD7\x00" + be(8, 5), time.UnixMilli(5).UTC()},
	{"an extension that nobody knows", "\xC7\x01\x05x", []any{5.0, types.NewBytesBufferString("x")}},
	{"one of fixed size", "\xD5\xFFxy", []any{-1.0, types.NewBytesBufferString("xy")}},
	{"an empty array", "\x90", []any{}}, {"an array", "\x92\x01\xA1a", []any{1.0, "a"}}, {"an array, 16", "\xDC\x00\x01\x01", []any{1.0}}, {"an array, 32", "\xDD" + be(4, 1) + "\x01", []any{1.0}},
	{"an empty map", "\x80", map[string]any{}}, {"a map", "\x81\xA1a\x91\x01", map[string]any{"a": []any{1.0}}},
	{"a map, 16", "\xDE\x00\x01\xA1a\x01", map[string]any{"a": 1.0}}, {"a map, 32", "\xDF" + be(4, 1) + "\xA1a\x01", map[string]any{"a": 1.0}},
	{"a key that is a number", "\x81\x05\x01", map[string]any{"5": 1.0}}, {"keys that mean nothing", "\x82\xC0\x01\x90\x02", map[string]any{}},
	{"a key twice", "\x82\xA1a\x01\xA1a\x02", map[string]any{"a": 2.0}},
}

func TestPackedValueAsListenersGetIt(t *testing.T) {
	for _, row := range packedRows {
		t.Run(row.name, func(t *testing.T) {
			if end, err := scanPacked([]byte(row.bytes), 0, 0); err != nil || end != len(row.bytes) {
				t.Fatalf("it ends at %d of %d (%v)", end, len(row.bytes), err)
			}
			for n := range len(row.bytes) {
				if _, err := scanPacked([]byte(row.bytes[:n]), 0, 0); !errors.Is(err, ErrInvalidPayload) {
					t.Errorf("%d bytes of it: error %v, want %v", n, err, ErrInvalidPayload)
				}
			}
			got := packedValue([]byte(row.bytes)).Any()
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("it is %#v, want %#v", got, row.want)
			}
			if again := repacked(t, got); !reflect.DeepEqual(again, got) {
				t.Errorf("encoded and decoded it is %#v, want %#v", again, got)
			}
		})
	}
}

// repacked encodes a value as the module's and decodes it.
func repacked(t testing.TB, v any) any {
	t.Helper()
	data, err := (goPacket{Type: Event, Data: []any{"ev", v}}).appendPacked(nil)
	if err != nil {
		t.Fatalf("encode %#v: %v", v, err)
	}
	return decodePacked(t, data).Args[0].Any()
}

// decodePacked decodes one packet that must be good.
func decodePacked(t testing.TB, data []byte) *Packet {
	t.Helper()
	d := Decoder{Format: MessagePack}
	p, err := d.Binary(data)
	if err != nil || p == nil {
		t.Fatalf("decode % .100x: packet %v, error %v", data, p, err)
	}
	return p
}

func TestPackedValueAsHandlersAskForIt(t *testing.T) {
	v := packedValue([]byte("\x83\xA7channel\xA1c\xA4list\x92\x01\xA1x\xA5bytes\xC4\x02hi"))
	if field, ok := v.Field("channel"); !ok || field.IsNull() {
		t.Errorf("channel is %+v, %v", field, ok)
	} else if text, ok := field.Text(); !ok || text != "c" {
		t.Errorf("channel is %q, %v", text, ok)
	}
	if _, ok := v.Field("nothing"); ok {
		t.Error("a member that is not there is found")
	}
	list, _ := v.Field("list")
	elements, ok := list.Elements()
	var all []any
	for element := range elements {
		all = append(all, element.Any())
	}
	if !ok || !reflect.DeepEqual(all, []any{1.0, "x"}) {
		t.Errorf("list is %v, %v", all, ok)
	}
	field, _ := v.Field("bytes")
	if data, ok := field.Binary(); !ok || string(data) != "hi" {
		t.Errorf("bytes is %q, %v", data, ok)
	}
	for _, null := range []string{"\xC0", "\xD4\x00\x00"} {
		if !packedValue([]byte(null)).IsNull() {
			t.Errorf("% x is not null", null)
		}
	}
	for _, other := range []Value{list, field} {
		if _, ok := other.Text(); ok {
			t.Errorf("% x is text", other.JSON)
		}
		if _, ok := other.Field("a"); ok {
			t.Errorf("% x has a member", other.JSON)
		}
	}
	if _, ok := field.Elements(); ok {
		t.Error("bytes have elements")
	}
}

func TestPackedPacketOfAClient(t *testing.T) {
	const typed, nsp, data = "\xA4type", "\xA3nsp", "\xA4data"
	for _, row := range []struct {
		name, bytes string
		want        string // of the packet's fields; "" with an error
		err         error
	}{
		{"an event", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\x92\xA2ev\x01", "EVENT / ev true [1] 0 false", nil},
		{"one that asks for an acknowledgement", "\x84" + typed + "\x02" + nsp + "\xA1/" + data + "\x91\xA2ev\xA2id\xCD\x01\x00", "EVENT / ev true [] 256 true", nil},
		{"an id that is undefined", "\x84" + typed + "\x02" + nsp + "\xA1/" + data + "\x91\xA2ev\xA2id\xD4\x00\x00", "EVENT / ev true [] 0 false", nil},
		{"a number as the name", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\x91\xCD\x03\xE8", "EVENT / 1000 true [] 0 false", nil},
		{"no name", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\x90", "EVENT /  false [] 0 false", nil},
		{"a name that is null", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\x92\xC0\x01", "EVENT /  false [1] 0 false", nil},
		{"an acknowledgement", "\x84" + typed + "\x03" + nsp + "\xA2/a" + data + "\x92\x01\x02\xA2id\x07", "ACK /a  false [1 2] 7 true", nil},
		{"a CONNECT", "\x82" + typed + "\x00" + nsp + "\xA1/", "CONNECT /  false [] 0 false", nil},
		{"a CONNECT with undefined", "\x83" + typed + "\x00" + nsp + "\xA1/" + data + "\xD4\x00\x00", "CONNECT /  false [] 0 false", nil},
		{"a DISCONNECT", "\x82" + typed + "\x01" + nsp + "\xA1/", "DISCONNECT /  false [] 0 false", nil},
		{"a member twice", "\x84" + typed + "\x01" + nsp + "\xA1/" + typed + "\x02" + data + "\x91\xA2ev", "EVENT / ev true [] 0 false", nil},
		{"a reserved name", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\x91\xAAdisconnect", "", ErrReservedName},
		{"an unknown type", "\x82" + typed + "\x05" + nsp + "\xA1/", "", ErrUnknownType},
		{"a fraction as the type", "\x82" + typed + "\xCB\x3F\xE0" + be(6, 0) + nsp + "\xA1/", "", ErrUnknownType},
		{"no namespace", "\x81" + typed + "\x01", "", ErrInvalidPacket},
		{"a negative id", "\x84" + typed + "\x03" + nsp + "\xA1/" + data + "\x90\xA2id\xFF", "", ErrInvalidPacket},
		{"an id that JavaScript cannot count to", "\x84" + typed + "\x03" + nsp + "\xA1/" + data + "\x90\xA2id\xCF\xFF" + be(7, 0), "", ErrInvalidPacket},
		{"a CONNECT with an array", "\x83" + typed + "\x00" + nsp + "\xA1/" + data + "\x90", "", ErrInvalidPayload},
		{"a DISCONNECT with data", "\x83" + typed + "\x01" + nsp + "\xA1/" + data + "\xC0", "", ErrInvalidPayload},
		{"an event without data", "\x82" + typed + "\x02" + nsp + "\xA1/", "", ErrInvalidPayload},
		{"what is no map", "\x01", "", ErrInvalidPacket},
		{"nothing", "", "", ErrInvalidPayload},
		{"something behind it", "\x82" + typed + "\x01" + nsp + "\xA1/\x00", "", ErrInvalidPayload},
		{"text that is not UTF-8", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\x91\xA1\xFF", "", ErrInvalidPayload},
		{"the byte that means nothing", "\x81" + typed + "\xC1", "", ErrInvalidPayload},
		{"an array longer than the message", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\xDD\xFF\xFF\xFF\xFF", "", ErrInvalidPayload},
		{"a map longer than the message", "\xDF\xFF\xFF\xFF\xFF", "", ErrInvalidPayload},
		{"more arguments than there may be", "\x83" + typed + "\x02" + nsp + "\xA1/" + data + "\xDD\x00\x01\x00\x01" + strings.Repeat("\x01", 65537), "", ErrTooManyArguments},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := Decoder{Format: MessagePack}
			p, err := d.Binary([]byte(row.bytes))
			if !errors.Is(err, row.err) {
				t.Fatalf("the error is %v, want %v", err, row.err)
			}
			if row.err != nil {
				return
			}
			var args []any
			for _, arg := range p.Args {
				args = append(args, arg.Any())
			}
			if got := fmt.Sprint(p.Type, p.Namespace, " ", p.Name, " ", p.HasName, args, p.ID, p.HasID); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(row.want, " ", "") {
				t.Errorf("it is %s, want %s", got, row.want)
			}
		})
	}
}

func TestNestingOfPackedPayloads(t *testing.T) {
	packet := func(depth int) []byte {
		return []byte("\x83\xA4type\x02\xA3nsp\xA1/\xA4data" + "\x92\xA2ev" + strings.Repeat("\x91", depth-2) + "\x90")
	}
	p := decodePacked(t, packet(MaxDepth))
	if again := AppendPackedEvent(nil, "/", "ev", p.Args...); !bytes.Contains(again, p.Args[0].JSON) {
		t.Error("the argument is not passed on as it came")
	}
	repacked(t, p.Args[0].Any())
	d := Decoder{Format: MessagePack}
	if _, err := d.Binary(packet(MaxDepth + 1)); !errors.Is(err, ErrTooDeep) {
		t.Errorf("one level more: error %v, want %v", err, ErrTooDeep)
	}
}

func TestTextForADecoderOfMessagePack(t *testing.T) {
	d := Decoder{Format: MessagePack}
	if _, err := d.Text([]byte(`2["ev"]`)); !errors.Is(err, ErrUnexpectedText) {
		t.Errorf("the error is %v, want %v", err, ErrUnexpectedText)
	}
}

func TestModulesPacketInMessagePack(t *testing.T) {
	id := uint64(300)
	self := []any{nil}
	self[0] = &self
	for _, row := range []struct {
		name string
		p    goPacket
		want string
	}{
		{"a DISCONNECT", goPacket{Type: Disconnect}, "\x82\xA4type\x01\xA3nsp\xA1/"},
		{"a CONNECT", goPacket{Type: Connect, Namespace: "/a", Data: map[string]any{"sid": "x"}}, "\x83\xA4type\x00\xA3nsp\xA2/a\xA4data\x81\xA3sid\xA1x"},
		{"a binary acknowledgement", goPacket{Type: BinaryAck, ID: &id, Data: []any{[]byte("hi")}}, "\x84\xA4type\x03\xA3nsp\xA1/\xA2id\xCD\x01\x2C\xA4data\x91\xC4\x02hi"},
		{"Go's own kinds", goPacket{Type: Event, Data: []any{int8(-1), uint16(500), float32(0.5), struct {
			A int `json:"a"`
		}{1}, []string{"x"}, Value{JSON: []byte(`[1.5]`)}, (*int)(nil)}},
			"\x83\xA4type\x02\xA3nsp\xA1/\xA4data\x97\xFF\xCD\x01\xF4\xCB\x3F\xE0" + be(6, 0) + "\x81\xA1a\x01\x91\xA1x\x91\xCB\x3F\xF8" + be(6, 0) + "\xC0"},
		{"readers", goPacket{Type: Event, Data: []any{strings.NewReader("t"), bytes.NewReader([]byte("b")), types.NewStringBufferString("s")}},
			"\x83\xA4type\x02\xA3nsp\xA1/\xA4data\x93\xA1t\xC4\x01b\xA1s"},
		{"text that is not UTF-8", goPacket{Type: Event, Data: []any{"\xFF"}}, "\x83\xA4type\x02\xA3nsp\xA1/\xA4data\x91\xA3\uFFFD"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := row.p.appendPacked([]byte("before"))
			if err != nil || string(got) != "before"+row.want {
				t.Errorf("it is % x (%v), want % x", got[len("before"):], err, row.want)
			}
		})
	}
	for _, bad := range []any{self, func() {}, make(chan int)} {
		if out, err := (goPacket{Type: Event, Data: []any{bad}}).appendPacked([]byte("before")); err == nil || string(out) != "before" {
			t.Errorf("%T becomes % x", bad, out)
		}
	}
}

func TestValueThatChangesItsFormat(t *testing.T) {
	value := packedValue([]byte("\x82\xA1a\x92\x01\xC4\x02hi\xA1b\xD4\x00\x00"))
	text, attachments := AppendEvent(nil, "/", "ev", value)
	if want := `51-["ev",{"a":[1,{"_placeholder":true,"num":0}],"b":null}]`; string(text) != want || len(attachments) != 1 || string(attachments[0]) != "hi" {
		t.Errorf("in JSON it is %s with %q, want %s", text, attachments, want)
	}
	p := decodePacked(t, AppendPackedEvent(nil, "/", "ev", Value{JSON: []byte(`{"a":[1,"é"]}`)}, Value{}))
	if got := p.Args[0].Any(); !reflect.DeepEqual(got, map[string]any{"a": []any{1.0, "é"}}) || !p.Args[1].undefined() {
		t.Errorf("in MessagePack it is %v, % x", got, p.Args[1].JSON)
	}
}

// Whatever comes, decoding does not panic, and what is relayed decodes to what
// came.
func FuzzDecodePacked(f *testing.F) {
	for _, row := range packedRows {
		f.Add([]byte("\x83\xA4type\x02\xA3nsp\xA1/\xA4data\x92\xA2ev" + row.bytes))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := Decoder{Format: MessagePack}
		lookInto(packedValue(data))
		p, err := d.Binary(data)
		if err != nil || p.Type != Event || !p.HasName {
			return
		}
		var want [][]byte
		for _, arg := range p.Args {
			lookInto(arg)
			want = append(want, bytes.Clone(arg.JSON))
		}
		again := decodePacked(t, AppendPackedEvent(nil, p.Namespace, p.Name, p.Args...))
		if again.Name != p.Name || len(again.Args) != len(want) {
			t.Fatalf("%q with %d arguments comes back as %q with %d", p.Name, len(want), again.Name, len(again.Args))
		}
		for i, arg := range again.Args {
			if !bytes.Equal(arg.JSON, want[i]) {
				t.Errorf("argument %d comes back as % x, want % x", i, arg.JSON, want[i])
			}
			repacked(t, arg.Any())
		}
	})
}

func TestPackedWithin(t *testing.T) {
	got := packedValue([]byte("\x92\x01\xC4\x01\xFF")).Within("from", "me", "data")
	want := "\x82\xA4from\xA2me\xA4data\x92\x01\xC4\x01\xFF"
	if !got.packed() || string(got.JSON) != want {
		t.Errorf("it is %q, want %q", got.JSON, want)
	}
}
