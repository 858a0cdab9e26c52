package codec

import (
	"bytes"
	"errors"
	"testing"
)

func TestDecoderReassemblesBinaryPackets(t *testing.T) {
	p := decodeBinary(t, `52-/a,7["file",{"_placeholder":true,"num":1},{"deep":[{"num":0,"_placeholder":true}]}]`, []byte("zero"), []byte("one"))
	if p.Type != BinaryEvent || p.Namespace != "/a" || p.ID != 7 || p.Name != "file" || len(p.Args) != 2 {
		t.Fatalf("packet is %+v", *p)
	}
	if b, ok := p.Args[0].Binary(); !ok || string(b) != "one" {
		t.Errorf("the first argument is %q, %t", b, ok)
	}
	if _, ok := p.Args[1].Binary(); ok {
		t.Error("an object with a placeholder in it is binary as a whole")
	}
	deep, _ := p.Args[1].Field("deep")
	elements, _ := deep.Elements()
	for e := range elements {
		if b, ok := e.Binary(); !ok || string(b) != "zero" {
			t.Errorf("the element within the second argument is %q, %t", b, ok)
		}
	}
}

func TestDecoderReadsPlaceholdersAsTheReferenceDoes(t *testing.T) {
	tests := []struct {
		name, text  string
		attachments int
		want        string // what AppendEvent makes of it
		err         error
	}{
		{"attachments nobody refers to are fine", `52-["x",{"_placeholder":true,"num":1}]`, 2, `51-["x",{"_placeholder":true,"num":0}]`, nil},
		{"none referred to is fine", `51-["x",1]`, 1, `2["x",1]`, nil},
		{"one referred to twice is sent once", `52-["x",{"_placeholder":true,"num":1},{"_placeholder":true,"num":1}]`, 2, `51-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]`, nil},
		{"they are numbered in order of appearance", `52-["x",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]`, 2, `52-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`, nil},
		{"escaped keys are keys", `51-["x",{"\u005fplaceholder":true,"n\u0075m":0}]`, 1, `51-["x",{"_placeholder":true,"num":0}]`, nil},
		{"white space and further members go", `51-["x",{ "_placeholder" : true , "a":[{}], "num" : 0e0 } ]`, 1, `51-["x",{"_placeholder":true,"num":0}]`, nil},
		{"a mark of 1 is no mark", `51-["x",{"_placeholder":1,"num":9}]`, 1, `2["x",{"_placeholder":1,"num":9}]`, nil},
		{"a mark of false is no mark", `51-["x",{"_placeholder":false,"num":9}]`, 1, `2["x",{"_placeholder":false,"num":9}]`, nil},
		{"the last mark counts", `51-["x",{"_placeholder":true,"num":9,"_placeholder":false}]`, 1, `2["x",{"_placeholder":true,"num":9,"_placeholder":false}]`, nil},
		{"the last number counts", `51-["x",{"num":9,"_placeholder":true,"num":0}]`, 1, `51-["x",{"_placeholder":true,"num":0}]`, nil},
		{"what is within a placeholder is not looked at", `51-["x",{"_placeholder":true,"num":0,"a":{"_placeholder":true,"num":9}}]`, 1, `51-["x",{"_placeholder":true,"num":0}]`, nil},
		{"a replaced member is not looked at", `51-["x",{"a":{"_placeholder":true,"num":9},"\u0061":{"_placeholder":true,"num":0}}]`, 1, `51-["x",{"a":null                         ,"\u0061":{"_placeholder":true,"num":0}}]`, nil},
		{"a fraction in range finds nothing", `51-["x",{"_placeholder":true,"num":0.5}]`, 1, `2["x",null]`, nil},
		{"negative zero is zero", `51-["x",{"_placeholder":true,"num":-0}]`, 1, `51-["x",{"_placeholder":true,"num":0}]`, nil},
		{"a packet without payload is fine", `51-`, 1, `2[""]`, nil},
		{"a number of 6 of them in 6", `56-["x",{"_placeholder":true,"num":6}]`, 6, "", ErrIllegalAttachments},
		{"a negative number", `51-["x",{"_placeholder":true,"num":-1}]`, 1, "", ErrIllegalAttachments},
		{"a number in a string", `51-["x",{"_placeholder":true,"num":"0"}]`, 1, "", ErrIllegalAttachments},
		{"a number of null", `51-["x",{"_placeholder":true,"num":null}]`, 1, "", ErrIllegalAttachments},
		{"no number", `51-["x",{"_placeholder":true}]`, 1, "", ErrIllegalAttachments},
		{"a wrong number that replaces a good one", `51-["x",{"a":{"_placeholder":true,"num":0},"a":{"_placeholder":true,"num":1}}]`, 1, "", ErrIllegalAttachments},
		{"a wrong number deep in the payload", `51-["x",{"a":[[{"b":{"_placeholder":true,"num":1}}]]}]`, 1, "", ErrIllegalAttachments},
		{"a count that is spelt 0x2", `50x2-["x",{"_placeholder":true,"num":1}]`, 2, `51-["x",{"_placeholder":true,"num":0}]`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d Decoder
			p, err := d.Text([]byte(tt.text))
			for range tt.attachments {
				if p != nil || err != nil {
					t.Fatalf("before the last attachment: packet %v, error %v", p, err)
				}
				p, err = d.Binary([]byte("data"))
			}
			if !errors.Is(err, tt.err) {
				t.Fatalf("error is %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			if text, _ := AppendEvent(nil, p.Namespace, p.Name, p.Args...); string(text) != tt.want {
				t.Errorf("it is sent as %s, want %s", text, tt.want)
			}
		})
	}
}

func TestDecoderMindsTheOrderOfMessages(t *testing.T) {
	var d Decoder
	if _, err := d.Binary([]byte("x")); !errors.Is(err, ErrUnexpectedBinary) {
		t.Errorf("binary that nobody announced: error is %v", err)
	}
	if _, err := d.Text([]byte(`51-["x"]`)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Text([]byte(`2["x"]`)); !errors.Is(err, ErrUnexpectedText) {
		t.Errorf("text in the middle of reassembly: error is %v", err)
	}
	if _, err := d.Binary([]byte("x")); !errors.Is(err, ErrUnexpectedBinary) {
		t.Errorf("binary after the reassembly failed: error is %v", err)
	}
	if _, err := d.Text([]byte(`51-["x"]`)); err != nil {
		t.Fatal(err)
	}
	if p, err := d.Binary(nil); p == nil || err != nil {
		t.Errorf("an empty attachment: packet %v, error %v", p, err)
	}
	if _, err := d.Binary([]byte("x")); !errors.Is(err, ErrUnexpectedBinary) {
		t.Errorf("binary after the last attachment: error is %v", err)
	}
}

func TestDecoderCopiesWhatBinaryPacketsKeep(t *testing.T) {
	var d Decoder
	text, data := []byte(`51-["file",{"_placeholder":true,"num":0}]`), []byte("data")
	if _, err := d.Text(text); err != nil {
		t.Fatal(err)
	}
	clear(text)
	p, err := d.Binary(data)
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	sent, attachments := AppendEvent(nil, "/", p.Name, p.Args...)
	if string(sent) != `51-["file",{"_placeholder":true,"num":0}]` || len(attachments) != 1 || string(attachments[0]) != "data" {
		t.Errorf("sent %s with %q", sent, attachments)
	}
	// The attachment outlives the packet: it is sent while the next one is read.
	for _, text := range []string{`51-["other"]`, `2["next",1]`} {
		if p, _ := d.Text([]byte(text)); p == nil {
			d.Binary([]byte("DATA"))
		}
	}
	if !bytes.Equal(attachments[0], []byte("data")) {
		t.Errorf("the attachment has become %q", attachments[0])
	}
}

func TestBinaryAcknowledgement(t *testing.T) {
	p := decodeBinary(t, `61-12[{"_placeholder":true,"num":0},"x"]`, []byte{1, 2})
	if p.Type != BinaryAck || p.ID != 12 || len(p.Args) != 2 || p.HasName {
		t.Fatalf("packet is %+v", *p)
	}
	text, attachments := AppendAck([]byte("4"), "/a", 12, p.Args...)
	if string(text) != `461-/a,12[{"_placeholder":true,"num":0},"x"]` || len(attachments) != 1 {
		t.Errorf("it is sent as %s with %d attachments", text, len(attachments))
	}
}
