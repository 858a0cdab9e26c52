//go:build linux

package load

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

var someMark = Mark{Sender: 17, Number: 70_000, Due: 3*time.Second + 5}

func TestPayloadIsJSONOfTheSizeAskedFor(t *testing.T) {
	for _, size := range []int{200, 1500, 20000} {
		packet := NewPayload(size, false).AppendOffer(nil, someMark)
		var event []json.RawMessage
		if err := json.Unmarshal(packet[2:], &event); err != nil {
			t.Fatalf("%d bytes: %v in %s", size, err, packet)
		}
		if len(event) != 2 || len(event[1]) != size {
			t.Errorf("%d bytes: the value has %d", size, len(event[1]))
		}
	}
}

func TestPayloadSurvivesDecodingAndEncoding(t *testing.T) {
	p := NewPayload(1500, false)
	packet := p.AppendOffer(nil, someMark)
	var event []any
	if err := json.Unmarshal(packet[2:], &event); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := p.Read(append([]byte("42"), again...)); !ok || m != someMark {
		t.Errorf("read %+v, %v from %s", m, ok, again)
	}
}

func TestPayloadRead(t *testing.T) {
	p := NewPayload(200, false)
	good := p.AppendOffer(nil, someMark)
	change := func(at int, to byte) []byte {
		b := bytes.Clone(good)
		b[(at+len(b))%len(b)] = to
		return b
	}
	tests := []struct {
		name   string
		packet []byte
		want   bool
	}{
		{"as it was sent", good, true},
		{"under the other event's name", bytes.Replace(good, []byte("offer"), []byte("message"), 1), true},
		{"empty", nil, false},
		{"cut off", good[:len(good)-1], false},
		{"cut off in the mark", good[:30], false},
		{"with a byte too many", append(bytes.Clone(good), ']'), false},
		{"with another mark's digit", change(20, 'x'), false},
		{"with another byte of the text", change(100, '!'), false},
		{"with another byte at the end", change(-3, '!'), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, ok := p.Read(tt.packet)
			if ok != tt.want || ok && m != someMark {
				t.Errorf("got %+v, %v; want %v", m, ok, tt.want)
			}
		})
	}
}

func TestBinaryPayload(t *testing.T) {
	p := NewPayload(1500, true)
	packet := p.AppendMessage(nil, []byte(`"id"`), someMark)
	if want := `451-["message",{"channel":"id","message":{"_placeholder":true,"num":0}}]`; string(packet) != want {
		t.Errorf("packet is %s, want %s", packet, want)
	}
	attachment := p.AppendAttachment(nil, someMark)
	if m, ok := p.ReadAttachment(attachment); !ok || m != someMark || len(attachment) != 1500 {
		t.Errorf("read %+v, %v from %d bytes", m, ok, len(attachment))
	}
	attachment[1000]++
	if _, ok := p.ReadAttachment(attachment); ok {
		t.Error("a changed attachment was accepted")
	}
}
