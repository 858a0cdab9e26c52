package codec

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"
)

func TestDecoderAcceptsPackets(t *testing.T) {
	long := strings.Repeat("9", 30)
	tests := []struct {
		name, text string
		want       Packet // but for Args and Data
		data       string
		args       []string
	}{
		{"an event with one argument", `2["offer",{"sdp":"v=0\r\n"}]`, Packet{Type: Event, Namespace: "/", Name: "offer", HasName: true}, `["offer",{"sdp":"v=0\r\n"}]`, []string{`{"sdp":"v=0\r\n"}`}},
		{"an event without arguments", `2["message"]`, Packet{Type: Event, Namespace: "/", Name: "message", HasName: true}, `["message"]`, nil},
		{"an event whose arguments are of every kind", `2["x",null,true,false,-1.5e+3,"s",[],{}]`, Packet{Type: Event, Namespace: "/", Name: "x", HasName: true}, `["x",null,true,false,-1.5e+3,"s",[],{}]`, []string{"null", "true", "false", "-1.5e+3", `"s"`, "[]", "{}"}},
		{"white space, which belongs to no argument", "2[ \"x\" ,\t1 ,\r\n{ } ] \n", Packet{Type: Event, Namespace: "/", Name: "x", HasName: true}, "[ \"x\" ,\t1 ,\r\n{ } ] \n", []string{"1", "{ }"}},
		{"an event in a namespace", `2/admin,["x"]`, Packet{Type: Event, Namespace: "/admin", Name: "x", HasName: true}, `["x"]`, nil},
		{"an event in a namespace spelt as a lone slash", `2/,["offer",1]`, Packet{Type: Event, Namespace: "/", Name: "offer", HasName: true}, `["offer",1]`, []string{"1"}},
		{"an event with an id", `212["x"]`, Packet{Type: Event, Namespace: "/", ID: 12, HasID: true, Name: "x", HasName: true}, `["x"]`, nil},
		{"an event in a namespace with an id", `2/a,0["x"]`, Packet{Type: Event, Namespace: "/a", HasID: true, Name: "x", HasName: true}, `["x"]`, nil},
		{"an event with an id that does not fit", `2` + long + `["offer",1]`, Packet{Type: Event, Namespace: "/", ID: math.MaxUint64, HasID: true, Name: "offer", HasName: true}, `["offer",1]`, []string{"1"}},
		{"an event whose id is white space, which is 0 to the reference", `2 ["x"]`, Packet{Type: Event, Namespace: "/", HasID: true, Name: "x", HasName: true}, `["x"]`, nil},
		{"an event whose id has a gap, which is no number", "21\u00a02[\"x\"]", Packet{Type: Event, Namespace: "/", ID: math.MaxUint64, HasID: true, Name: "x", HasName: true}, `["x"]`, nil},
		{"an event without payload", `2`, Packet{Type: Event, Namespace: "/"}, "", nil},
		{"an event of nothing but an id", `2222`, Packet{Type: Event, Namespace: "/", ID: 222, HasID: true}, "", nil},
		{"an event whose namespace has no comma", `2/admin`, Packet{Type: Event, Namespace: "/admin"}, "", nil},
		{"an event named by a number", `2[1,2]`, Packet{Type: Event, Namespace: "/", Name: "1", HasName: true, NumericName: true}, `[1,2]`, []string{"2"}},
		{"an event named by a number as JavaScript writes it", `2[-15e-1]`, Packet{Type: Event, Namespace: "/", Name: "-1.5", HasName: true, NumericName: true}, `[-15e-1]`, nil},
		{"an event named by a number too large", `2[1e999]`, Packet{Type: Event, Namespace: "/", Name: "Infinity", HasName: true, NumericName: true}, `[1e999]`, nil},
		{"an event named error", `2["error",1]`, Packet{Type: Event, Namespace: "/", Name: "error", HasName: true}, `["error",1]`, []string{"1"}},
		{"an event named by the empty string", `2["",1]`, Packet{Type: Event, Namespace: "/", HasName: true}, `["",1]`, []string{"1"}},
		{"an event whose name is escaped", `2["\u006fffer\n\"\ud83d\ude00"]`, Packet{Type: Event, Namespace: "/", Name: "offer\n\"\U0001f600", HasName: true}, `["\u006fffer\n\"\ud83d\ude00"]`, nil},
		{"an event whose name has half a surrogate pair", `2["\ud800x"]`, Packet{Type: Event, Namespace: "/", Name: "\ufffdx", HasName: true}, `["\ud800x"]`, nil},
		{"an event with a placeholder, which is an ordinary object there", `2["x",{"_placeholder":true,"num":7}]`, Packet{Type: Event, Namespace: "/", Name: "x", HasName: true}, `["x",{"_placeholder":true,"num":7}]`, []string{`{"_placeholder":true,"num":7}`}},
		{"an event with the name of a prototype", `2["offer",{"__proto__":{"a":1}}]`, Packet{Type: Event, Namespace: "/", Name: "offer", HasName: true}, `["offer",{"__proto__":{"a":1}}]`, []string{`{"__proto__":{"a":1}}`}},
		{"an acknowledgement", `31["a",2]`, Packet{Type: Ack, Namespace: "/", ID: 1, HasID: true}, `["a",2]`, []string{`"a"`, "2"}},
		{"an acknowledgement of nothing", `3[]`, Packet{Type: Ack, Namespace: "/"}, `[]`, nil},
		{"an acknowledgement without payload", `3`, Packet{Type: Ack, Namespace: "/"}, "", nil},
		{"an acknowledgement that begins with a reserved name", `30["connect"]`, Packet{Type: Ack, Namespace: "/", HasID: true}, `["connect"]`, []string{`"connect"`}},
		{"a connect", `0`, Packet{Type: Connect, Namespace: "/"}, "", nil},
		{"a connect with auth", `0{"token":"a"}`, Packet{Type: Connect, Namespace: "/"}, `{"token":"a"}`, nil},
		{"a connect to a namespace with a query, which stays on it", `0/a?b=c,{}`, Packet{Type: Connect, Namespace: "/a?b=c"}, `{}`, nil},
		{"an empty packet, whose type is 0 to the reference", ``, Packet{Type: Connect, Namespace: "/"}, "", nil},
		{"a packet whose type is white space, which is 0 to the reference", "\u3000/a,", Packet{Type: Connect, Namespace: "/a"}, "", nil},
		{"a disconnect", `1/a,`, Packet{Type: Disconnect, Namespace: "/a"}, "", nil},
		{"a connect error that is a string", `4"no"`, Packet{Type: ConnectError, Namespace: "/"}, `"no"`, nil},
		{"a connect error that is an object", `4/a,{"message":"no"}`, Packet{Type: ConnectError, Namespace: "/a"}, `{"message":"no"}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := decodeText(t, tt.text)
			checkArgs(t, got, tt.args)
			if string(got.Data) != tt.data || (got.Data == nil) != (tt.data == "") {
				t.Errorf("data is %q, want %q", got.Data, tt.data)
			}
			if got.Type != tt.want.Type || got.Namespace != tt.want.Namespace || got.ID != tt.want.ID || got.HasID != tt.want.HasID ||
				got.Name != tt.want.Name || got.HasName != tt.want.HasName || got.NumericName != tt.want.NumericName {
				t.Errorf("packet is %+v, want %+v", *got, tt.want)
			}
		})
	}
}

func checkArgs(t *testing.T, p *Packet, want []string) {
	t.Helper()
	if len(p.Args) != len(want) {
		t.Fatalf("%d arguments, want %d", len(p.Args), len(want))
	}
	for i, arg := range p.Args {
		if string(arg.JSON) != want[i] {
			t.Errorf("argument %d is %q, want %q", i, arg.JSON, want[i])
		}
	}
}

func TestDecoderRefusesPackets(t *testing.T) {
	tests := []struct {
		name, text string
		want       error
	}{
		{"a type beyond the last", `7`, ErrUnknownType},
		{"a type that is no digit", `b`, ErrUnknownType},
		{"a type that is no UTF-8", "\xff", ErrUnknownType},
		{"an empty array as an event", `2[]`, ErrInvalidPayload},
		{"null as an event", `2null`, ErrInvalidPayload},
		{"an object as an event", `2{}`, ErrInvalidPayload},
		{"a string as an event", `2"offer"`, ErrInvalidPayload},
		{"an event named by null", `2[null]`, ErrInvalidPayload},
		{"an event named by a boolean", `2[true]`, ErrInvalidPayload},
		{"an event named by an array", `2[["offer"]]`, ErrInvalidPayload},
		{"an event named by an object", `2[{}]`, ErrInvalidPayload},
		{"an event named connect", `2["connect"]`, ErrReservedName},
		{"an event named connect_error", `2["connect_error"]`, ErrReservedName},
		{"an event named disconnect", `2["disconnect"]`, ErrReservedName},
		{"an event named disconnecting", `2["disconnecting"]`, ErrReservedName},
		{"an event named newListener", `2["newListener"]`, ErrReservedName},
		{"an event named removeListener", `2["removeListener"]`, ErrReservedName},
		{"a reserved name that is escaped", `2["conn\u0065ct"]`, ErrReservedName},
		{"a reserved name in a binary event", `51-["connect"]`, ErrReservedName},
		{"text after the event", `2["x"]x`, ErrInvalidPayload},
		{"an event without its bracket", `2["x"`, ErrInvalidPayload},
		{"a comma after the last argument", `2["x",]`, ErrInvalidPayload},
		{"an object as an acknowledgement", `31{}`, ErrInvalidPayload},
		{"null as an acknowledgement", `31null`, ErrInvalidPayload},
		{"null as a connect's auth", `0null`, ErrInvalidPayload},
		{"an array as a connect's auth", `0[]`, ErrInvalidPayload},
		{"a string as a connect's auth", `0"a"`, ErrInvalidPayload},
		{"an auth that is cut off", `0{"x":`, ErrInvalidPayload},
		{"text after the auth", `0{}x`, ErrInvalidPayload},
		{"a disconnect with data", `1{}`, ErrInvalidPayload},
		{"an array as a connect error", `4[]`, ErrInvalidPayload},
		{"a number as a connect error, which is its id and no payload, before text", `41x`, ErrInvalidPayload},
		{"an id after a sign", `2-1["x"]`, ErrInvalidPayload},
		{"a namespace without a slash", `2admin,["x"]`, ErrInvalidPayload},
		{"a binary event without a count", `5["offer"]`, ErrIllegalAttachments},
		{"a binary event with an empty count", `5-["offer"]`, ErrIllegalAttachments},
		{"a binary event with a count of 0", `50-["offer"]`, ErrIllegalAttachments},
		{"a binary event with a negative count", `5-1-["offer"]`, ErrIllegalAttachments},
		{"a binary event with a fraction of a count", `51.5-["offer"]`, ErrIllegalAttachments},
		{"a binary event with a count and no dash", `51`, ErrIllegalAttachments},
		{"a binary event with a count in words", `5one-["offer"]`, ErrIllegalAttachments},
		{"a binary event with an infinite count", `5Infinity-["offer"]`, ErrIllegalAttachments},
		{"a binary event with a count of Go's spelling", `51_0-["offer"]`, ErrIllegalAttachments},
		{"a binary event with 11 attachments", `511-["offer"]`, ErrTooManyAttachments},
		{"a binary event with very many attachments", `599999999999-["offer"]`, ErrTooManyAttachments},
		{"a binary acknowledgement without anything", `6`, ErrIllegalAttachments},
		{"a binary event that is no array", `51-{}`, ErrInvalidPayload},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := new(Decoder).Text([]byte(tt.text))
			if p != nil || !errors.Is(err, tt.want) {
				t.Errorf("decode %q: packet %v, error %v; want %v", tt.text, p, err, tt.want)
			}
		})
	}
}

func TestTypesHaveTheNamesOfTheProtocol(t *testing.T) {
	for name, want := range map[string]Type{"CONNECT": Connect, "ACK": Ack, "CONNECT_ERROR": ConnectError, "BINARY_ACK": BinaryAck, "UNKNOWN": 7} {
		if got := want.String(); got != name {
			t.Errorf("type %d is %s, want %s", want, got, name)
		}
	}
}

func TestDecoderBoundsDepth(t *testing.T) {
	nest := func(open, inner, close string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(close, n)
	}
	tests := []struct {
		name, text string
		want       error
	}{
		{"arrays as deep as they may be", `2["x",` + nest("[", "1", "]", MaxDepth-1) + `]`, nil},
		{"arrays one deeper", `2["x",` + nest("[", "1", "]", MaxDepth) + `]`, ErrTooDeep},
		{"an empty array one deeper", `2["x",` + nest("[", "", "]", MaxDepth) + `]`, ErrTooDeep},
		{"objects as deep as they may be", `2["x",` + nest(`{"a":`, "1", "}", MaxDepth-1) + `]`, nil},
		{"objects one deeper", `2["x",` + nest(`{"a":`, "1", "}", MaxDepth) + `]`, ErrTooDeep},
		{"objects and arrays in turn", `2["x",` + nest(`{"a":[`, "1", "]}", MaxDepth/2) + `]`, ErrTooDeep},
		{"many brackets side by side", `2["x",[` + strings.Repeat("[[]],", MaxDepth) + `0]]`, nil},
		{"an auth as deep as it may be", `0` + nest(`{"a":`, "1", "}", MaxDepth), nil},
		{"an auth one deeper", `0` + nest(`{"a":`, "1", "}", MaxDepth+1), ErrTooDeep},
		{"100,000 brackets that are never closed", `2["x",` + strings.Repeat("[", 100_000), ErrTooDeep},
		{"100,000 brackets in place of a name", `2` + strings.Repeat("[", 100_000), ErrTooDeep},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := new(Decoder).Text([]byte(tt.text)); !errors.Is(err, tt.want) {
				t.Errorf("error is %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDecoderIsReadyAfterAnError(t *testing.T) {
	var d Decoder
	for _, text := range []string{`2["x",`, `9`, `2["connect",1,2,3]`} {
		if _, err := d.Text([]byte(text)); err == nil {
			t.Errorf("decode %q: no error", text)
		}
	}
	p, err := d.Text([]byte(`2["answer",1]`))
	if err != nil || p.Name != "answer" {
		t.Fatalf("packet %v, error %v", p, err)
	}
	checkArgs(t, p, []string{"1"})
}

func TestDecoderDoesNotAllocate(t *testing.T) {
	tests := []struct{ name, text string }{
		{"for an offer", `2["offer",` + offerJSON + `]`},
		{"for a candidate", `2["onicecandidate",` + candidateJSON + `]`},
		{"for a name that came before", `2["chat message","hello"]`},
		{"for a namespace that came before", `2/admin,7["answer",{}]`},
		{"for twenty arguments", `2["message"` + strings.Repeat(",1", 20) + `]`},
		{"for an acknowledgement", `37[1,2]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d Decoder
			text := []byte(tt.text)
			if n := testing.AllocsPerRun(100, func() { d.Text(text) }); n != 0 {
				t.Errorf("%v allocations, want none", n)
			}
		})
	}
}

// Events of listed names and one other may come in any order.
func TestDecoderDoesNotAllocateListedNames(t *testing.T) {
	names := Names{"offer": "offer", "onicecandidate": "onicecandidate"}
	json := Decoder{Names: names}
	packed := Decoder{Format: MessagePack, Names: names}
	var texts, binaries [][]byte
	for _, name := range []string{"offer", "chat message", "onicecandidate", "offer"} {
		texts = append(texts, []byte(`2["`+name+`",1]`))
		binaries = append(binaries, AppendPackedEvent(nil, "/", name))
	}
	n := testing.AllocsPerRun(100, func() {
		for i := range texts {
			a, errA := json.Text(texts[i])
			b, errB := packed.Binary(binaries[i])
			if errA != nil || errB != nil || a.Name != b.Name || a.Name == "" {
				t.Fatalf("%s: %v, %v, %v, %v", texts[i], a, errA, b, errB)
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// A backslash in a listed name is no escape.
func TestDecoderReadsEscapesBeforeListedNames(t *testing.T) {
	d := Decoder{Names: Names{`a\b`: `a\b`}}
	for text, want := range map[string]string{`2["a\b"]`: "a\b", `2["a\\b"]`: `a\b`} {
		for range 2 {
			if p, err := d.Text([]byte(text)); err != nil || p.Name != want {
				t.Errorf("%s: %v, error %v, want %q", text, p, err, want)
			}
		}
	}
}

func TestDecoderKeepsNothingLarge(t *testing.T) {
	var d Decoder
	if _, err := d.Text([]byte(`2["x"` + strings.Repeat(",1", 100_000) + `]`)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Text([]byte(`2["` + strings.Repeat("n", 1000) + `"]`)); err != nil {
		t.Fatal(err)
	}
	d.Release()
	if cap(d.args) > keptArgs || len(d.name) > keptText || len(d.unlisted) > keptText || d.packet.Data != nil {
		t.Errorf("%d arguments, a name of %d bytes and data %.10q are kept", cap(d.args), len(d.name), d.packet.Data)
	}
}

// A packet that is nothing but arguments is the dearest there is.
func TestDecoderAllocatesInProportion(t *testing.T) {
	text := []byte(`2["x"` + strings.Repeat(",1", 500_000) + `]`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := new(Decoder).Text(text); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if perByte := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(text)); perByte > 17 {
		t.Errorf("%.1f bytes allocated per byte of text, want 16 or so", perByte)
	}
}
