package handlers

import (
	"slices"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// deep is an argument of the given depth.
func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// What peer A sends, and what B and C get of it; A never gets anything.
var relayRows = []struct {
	name string
	send []string // a b before it: a binary message
	b, c []string
}{
	{"an offer goes to everyone else", []string{`42["offer",{"sdp":"v=0\r\n","type":"offer"}]`},
		[]string{`42["offer",{"sdp":"v=0\r\n","type":"offer"}]`}, []string{`42["offer",{"sdp":"v=0\r\n","type":"offer"}]`}},
	{"an answer does", []string{`42["answer",1]`}, []string{`42["answer",1]`}, []string{`42["answer",1]`}},
	{"a candidate does", []string{`42["onicecandidate",[null]]`}, []string{`42["onicecandidate",[null]]`}, []string{`42["onicecandidate",[null]]`}},
	{"another event does not", []string{`42["hello",1]`}, nil, nil},
	{"the name is exact", []string{`42["Offer",1]`, `42["offer ",1]`, `42["message ",{"channel":[]}]`}, nil, nil},
	{"an escaped name is the same name", []string{`42["o\u0066fer",1]`}, []string{`42["offer",1]`}, []string{`42["offer",1]`}},
	{"the first argument alone", []string{`42["offer",1,2,{"a":3}]`}, []string{`42["offer",1]`}, []string{`42["offer",1]`}},
	{"a missing argument is null", []string{`42["offer"]`}, []string{`42["offer",null]`}, []string{`42["offer",null]`}},
	{"a null argument is null", []string{`42["answer",null,1]`}, []string{`42["answer",null]`}, []string{`42["answer",null]`}},
	{"an acknowledgement that is asked for is never sent", []string{`427["offer",1]`}, []string{`42["offer",1]`}, []string{`42["offer",1]`}},
	{"JSON as it stands on the wire", []string{`42["offer",{ "b" : 1.0, "a":"\u00e9\/é😀", "b":-0 }]`},
		[]string{`42["offer",{ "b" : 1.0, "a":"\u00e9\/é😀", "b":-0 }]`}, []string{`42["offer",{ "b" : 1.0, "a":"\u00e9\/é😀", "b":-0 }]`}},
	{"values of every kind", []string{`42["offer","s"]`, `42["offer",false]`, `42["offer",1e400]`, `42["offer",[]]`, `42["offer",{}]`},
		[]string{`42["offer","s"]`, `42["offer",false]`, `42["offer",1e400]`, `42["offer",[]]`, `42["offer",{}]`},
		[]string{`42["offer","s"]`, `42["offer",false]`, `42["offer",1e400]`, `42["offer",[]]`, `42["offer",{}]`}},
	{"nesting up to the limit", []string{`42["offer",` + deep(511) + `]`}, []string{`42["offer",` + deep(511) + `]`}, []string{`42["offer",` + deep(511) + `]`}},
	{"binary", []string{`451-["offer",{"_placeholder":true,"num":0}]`, "b\x00\xFF"},
		[]string{`451-["offer",{"_placeholder":true,"num":0}]`, "b\x00\xFF"}, []string{`451-["offer",{"_placeholder":true,"num":0}]`, "b\x00\xFF"}},
	{"binary at some depth", []string{`452-["offer",{"a":[{"_placeholder":true,"num":1}],"b":{"_placeholder":true,"num":0}}]`, "bzero", "bone"},
		[]string{`452-["offer",{"a":[{"_placeholder":true,"num":0}],"b":{"_placeholder":true,"num":1}}]`, "bone", "bzero"},
		[]string{`452-["offer",{"a":[{"_placeholder":true,"num":0}],"b":{"_placeholder":true,"num":1}}]`, "bone", "bzero"}},
	{"binary in a dropped argument stays behind", []string{`451-["offer",1,{"_placeholder":true,"num":0}]`, "bx"}, []string{`42["offer",1]`}, []string{`42["offer",1]`}},
	{"what looks like a placeholder in an event without binary", []string{`42["offer",{"_placeholder":true,"num":0}]`},
		[]string{`42["offer",{"_placeholder":true,"num":0}]`}, []string{`42["offer",{"_placeholder":true,"num":0}]`}},
	{"order across the events", []string{`42["offer",1]`, `42["message",{"channel":[],"message":2}]`, `42["onicecandidate",3]`, `42["answer",4]`},
		[]string{`42["offer",1]`, `42["message",2]`, `42["onicecandidate",3]`, `42["answer",4]`},
		[]string{`42["offer",1]`, `42["message",2]`, `42["onicecandidate",3]`, `42["answer",4]`}},

	{"a message goes to the peer whose id the channel is", []string{`42["message",{"channel":"$B","message":"hi"}]`}, []string{`42["message","hi"]`}, nil},
	{"to the peers of a list", []string{`42["message",{"channel":["$B","$C"],"message":"hi"}]`}, []string{`42["message","hi"]`}, []string{`42["message","hi"]`}},
	{"once, however often it is in the list", []string{`42["message",{"channel":["$C","$C","$B","$C"],"message":1}]`}, []string{`42["message",1]`}, []string{`42["message",1]`}},
	{"never to the sender", []string{`42["message",{"channel":"$A","message":1}]`, `42["message",{"channel":["$A","$B"],"message":2}]`}, []string{`42["message",2]`}, nil},
	{"an empty list is everyone else", []string{`42["message",{"channel":[],"message":1}]`}, []string{`42["message",1]`}, []string{`42["message",1]`}},
	{"an empty list with white space in it too", []string{`42["message",{"channel":[ ],"message":1}]`}, []string{`42["message",1]`}, []string{`42["message",1]`}},
	{"a list of what names no room is nobody", []string{`42["message",{"channel":[5,null,{},["$B"]],"message":1}]`}, nil, nil},
	{"what names no room does not spoil the list", []string{`42["message",{"channel":[5,"$B",null],"message":1}]`}, []string{`42["message",1]`}, nil},
	{"a room that nobody is in", []string{`42["message",{"channel":"nowhere","message":1}]`}, nil, nil},
	{"the empty name", []string{`42["message",{"channel":"","message":1}]`}, nil, nil},
	{"a channel that is a number", []string{`42["message",{"channel":5,"message":1}]`}, nil, nil},
	{"a channel that is null", []string{`42["message",{"channel":null,"message":1}]`}, nil, nil},
	{"a channel that is an object", []string{`42["message",{"channel":{"a":1},"message":1}]`}, nil, nil},
	{"no channel", []string{`42["message",{"message":1}]`}, nil, nil},
	{"no message", []string{`42["message",{"channel":"$B"}]`}, []string{`42["message",null]`}, nil},
	{"a message that is null", []string{`42["message",{"channel":"$B","message":null}]`}, []string{`42["message",null]`}, nil},
	{"of two channels the last counts", []string{`42["message",{"channel":"$B","channel":"$C","message":1}]`}, nil, []string{`42["message",1]`}},
	{"escaped keys", []string{`42["message",{"ch\u0061nnel":"$B","m\u0065ssage":1}]`}, []string{`42["message",1]`}, nil},
	{"further arguments are dropped", []string{`42["message",{"channel":"$B","message":1},2]`}, []string{`42["message",1]`}, nil},
	{"an argument that is no object", []string{`42["message",5]`, `42["message","$B"]`, `42["message",["$B"]]`, `42["message",true]`}, nil, nil},
	{"null, which the Node server dies of", []string{`42["message",null]`, `42["message"]`}, nil, nil},
	{"a message with binary in it", []string{`451-["message",{"channel":"$B","message":{"file":{"_placeholder":true,"num":0}}}]`, "bdata"},
		[]string{`451-["message",{"file":{"_placeholder":true,"num":0}}]`, "bdata"}, nil},
	{"binary in the place of the channel", []string{`451-["message",{"channel":{"_placeholder":true,"num":0},"message":1}]`, "bdata"}, nil, nil},
	{"binary in the place of the argument", []string{`451-["message",{"_placeholder":true,"num":0}]`, "bdata"}, nil, nil},
}

func TestRelay(t *testing.T) {
	f := serve(t)
	for _, row := range relayRows {
		t.Run(row.name, func(t *testing.T) {
			var frames []wiretest.Frame
			for _, message := range row.send {
				op := byte(wiretest.Text)
				if rest, ok := strings.CutPrefix(message, "b"); ok {
					op, message = wiretest.Binary, rest
				}
				frames = append(frames, wiretest.Frame{Op: op, Payload: f.fill(message)})
			}
			if err := f.peers[0].Write(frames...); err != nil {
				t.Fatal(err)
			}
			f.settle(t) // and nothing else has come to the sender
			for i, want := range [][]string{row.b, row.c} {
				if got := f.arrived(t, f.peers[i+1]); !slices.Equal(got, want) {
					t.Errorf("%c got %.300q, want %.300q", 'B'+i, got, want)
				}
			}
			if got := f.arrived(t, f.peers[0]); len(got) > 0 {
				t.Errorf("the sender got %q", got)
			}
		})
	}
}

func TestNestingBeyondTheLimitClosesTheSenderAlone(t *testing.T) {
	f := serve(t)
	f.peers[0].Send(t, `42["offer",`+deep(512)+`]`)
	f.peers[0].WantClose(t, wiretest.NoCode)
	for _, p := range f.peers[1:] {
		if got := f.arrived(t, p); len(got) > 0 {
			t.Errorf("another got %.100q", got)
		}
	}
}

func TestIgnoredMessageIsLogged(t *testing.T) {
	f := serve(t)
	f.peers[0].Send(t, `42["message",null]`)
	f.settle(t)
	if !strings.Contains(f.log.String(), "event ignored") {
		t.Errorf("the log has nothing of it: %s", f.log)
	}
}

func TestOtherNamespacesAreNotRelayed(t *testing.T) {
	f := serve(t)
	f.io.Of("/chat", nil)
	for _, p := range f.peers {
		p.Join(t, "/chat")
	}
	f.peers[0].Send(t, `42/chat,["offer",1]`)
	f.settle(t)
	for _, p := range f.peers[1:] {
		if got := f.arrived(t, p); len(got) > 0 {
			t.Errorf("another got %q", got)
		}
	}
}

func TestPeerThatHasLeftGetsNothing(t *testing.T) {
	f := serve(t)
	f.peers[1].Send(t, "41", "40/nobody,")
	f.peers[1].Want(t, `44/nobody,{"message":"Invalid namespace"}`)
	f.peers[0].Send(t, f.fill(`42["message",{"channel":["$B","$C"],"message":1}]`), `42["offer",1]`)
	f.peers[2].Want(t, `42["message",1]`, `42["offer",1]`)
	f.peers[1].Send(t, "40")
	if _, err := wiretest.SIDOf(f.peers[1].Next(t).Payload, "40"); err != nil {
		t.Errorf("before its new CONNECT reply: %v", err)
	}
}
