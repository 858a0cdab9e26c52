package codec

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/zishang520/engine.io/v2/types"
)

// Whatever comes, decoding does not panic, passes on nothing but JSON, and
// agrees with encoding/json on what JSON is.
func FuzzDecodeText(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		var d Decoder
		if p, err := d.Text(text); err == nil && p != nil {
			checkPacket(t, p)
		}
		payload := slices.Concat([]byte(`["x",`), text, []byte("]"))
		_, err := d.Text(append([]byte{'2'}, payload...))
		if errors.Is(err, ErrUnexpectedText) { // text has announced attachments
			_, err = d.Text(append([]byte{'2'}, payload...))
		}
		if valid := json.Valid(payload); (err == nil) != valid && !errors.Is(err, ErrTooDeep) {
			t.Errorf("%q: error is %v, valid is %t", payload, err, valid)
		}
		lookInto(Value{JSON: text}) // which may be anything
	})
}

func checkPacket(t *testing.T, p *Packet) {
	t.Helper()
	if p.Data != nil && !json.Valid(p.Data) {
		t.Errorf("data %q is not valid", p.Data)
	}
	for _, arg := range p.Args {
		if !json.Valid(arg.JSON) {
			t.Errorf("argument %q is not valid", arg.JSON)
		}
		lookInto(arg)
	}
}

// lookInto calls all that a listener may call.
func lookInto(v Value) {
	v.Any()
	v.Text()
	v.IsNull()
	v.Binary()
	v.Field("a")
	elements, _ := v.Elements()
	for e := range elements {
		e.Field("_placeholder")
	}
}

// What is relayed decodes to what came.
func FuzzRoundTrip(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := new(Decoder).Text(text)
		if err != nil || p == nil || !utf8.Valid(text) {
			return
		}
		var again []byte
		switch {
		case p.Type == Event && p.HasName:
			again, _ = AppendEvent(nil, p.Namespace, p.Name, p.Args...)
		case p.Type == Ack && p.HasID:
			again, _ = AppendAck(nil, p.Namespace, p.ID, p.Args...)
		default:
			return
		}
		q := decodeText(t, string(again))
		if q.Type != p.Type || q.Namespace != p.Namespace || q.Name != p.Name || p.Type == Ack && q.ID != p.ID {
			t.Errorf("%q came, %q was sent", text, again)
		}
		if !slices.EqualFunc(p.Args, q.Args, func(a, b Value) bool { return string(a.JSON) == string(b.JSON) }) {
			t.Errorf("the arguments of %q are not those of %q", text, again)
		}
	})
}

// Placeholders are found where the reference finds them, and what is relayed
// decodes to the same values with the same attachments.
func FuzzBinary(f *testing.F) {
	f.Fuzz(func(t *testing.T, text, odd, even []byte) {
		var d Decoder
		p, err := d.Text(text)
		announced := d.awaited
		for n := 0; err == nil && p == nil; n++ {
			if n == announced {
				t.Fatalf("%q awaits more than the %d attachments it announced", text, n)
			}
			p, err = d.Binary([][]byte{even, odd}[n%2])
		}
		if announced == 0 {
			return
		}
		if err == nil {
			checkPacket(t, p)
		}
		if p == nil {
			p = &d.packet // which an error has emptied
		}
		if legal, ok := placeholdersAreLegal(text, announced); ok && legal != (err == nil) {
			t.Fatalf("%q: error is %v, legal is %t", text, err, legal)
		}
		if err != nil || !utf8.Valid(text) {
			return
		}
		sent, attachments := AppendEvent(nil, p.Namespace, "x", p.Args...)
		if len(attachments) > announced {
			t.Fatalf("%q announced %d attachments, %d are sent", text, announced, len(attachments))
		}
		checkSame(t, p.Args, decodeBinary(t, string(sent), attachments...).Args, string(sent))
	})
}

// placeholdersAreLegal does what the reference does, on the decoded payload of
// the packet. It is not ok if text has no payload or encoding/json cannot tell.
func placeholdersAreLegal(text []byte, announced int) (legal, ok bool) {
	_, rest, _ := cutType(text)
	_, rest, _ = cutAttachments(rest)
	_, rest = cutNamespace(rest)
	_, _, rest = cutID(rest)
	var payload any
	if json.Unmarshal(rest, &payload) != nil {
		return false, false
	}
	var walk func(any) bool
	walk = func(v any) bool {
		switch v := v.(type) {
		case []any:
			return !slices.ContainsFunc(v, func(e any) bool { return !walk(e) })
		case map[string]any:
			if v["_placeholder"] == true {
				n, isNumber := v["num"].(float64)
				return isNumber && n >= 0 && n < float64(announced)
			}
			for _, member := range v {
				if !walk(member) {
					return false
				}
			}
		}
		return true
	}
	return walk(payload), true
}

func checkSame(t *testing.T, came, sent []Value, text string) {
	t.Helper()
	if len(came) != len(sent) {
		t.Fatalf("%d arguments came, %d are sent in %q", len(came), len(sent), text)
	}
	for i := range came {
		a, b := plain(came[i].Any()), plain(sent[i].Any())
		if !reflect.DeepEqual(a, b) {
			t.Errorf("argument %d came as %v and is sent as %v in %q", i, a, b, text)
		}
	}
}

// plain puts the bytes of buffers in the place of the buffers.
func plain(v any) any {
	switch v := v.(type) {
	case types.BufferInterface:
		return string(v.Bytes()) + " as binary data"
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}
