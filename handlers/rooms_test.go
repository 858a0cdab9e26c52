package handlers

import (
	"strings"
	"testing"

	"signaling/internal/bridge"
)

// Two in the room r, to begin with.
const annAndBen = `
	Ann connects
	Ben connects
	Ann → 420["join",{"room":"r","name":"Ann"}]
	Ann ← 430[{"ok":true,"room":"r","id":"<Ann>","peers":[]}]
	Ben → 420["join","r"]
	Ben ← 430[{"ok":true,"room":"r","id":"<Ben>","peers":[{"id":"<Ann>","name":"Ann"}]}]
	Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]
`

// The limits of the rows below differ from one another.
var smallLimits = RoomLimits{RoomPeers: 3, ClientRooms: 2, NameLength: 5}

var roomRows = []struct{ name, script string }{
	{"a second join is answered alike and told to nobody", annAndBen + `
		Ann → 421["join",{"room":"r","name":"Anna"}]
		Ann ← 431[{"ok":true,"room":"r","id":"<Ann>","peers":[{"id":"<Ben>"}]}]
		Cat connects
		Cat → 421["join","r"]
		Cat ← 431[{"ok":true,"room":"r","id":"<Cat>","peers":[{"id":"<Ann>","name":"Ann"},{"id":"<Ben>"}]}]
		Ann ← 42["peer-joined",{"room":"r","id":"<Cat>"}]
		Ben ← 42["peer-joined",{"room":"r","id":"<Cat>"}]`},
	{"a join without an acknowledgement joins", annAndBen + `
		Cat connects
		Cat → 42["join",{"room":"r","name":null}]
		Ann ← 42["peer-joined",{"room":"r","id":"<Cat>"}]
		Ben ← 42["peer-joined",{"room":"r","id":"<Cat>"}]`},
	{"leaving is told to the others and answered", annAndBen + `
		Ben → 421["leave","r"]
		Ben ← 431[{"ok":true,"room":"r"}]
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"leave"}]
		Ben → 422["leave","r"]
		Ben ← 432[{"ok":false,"error":{"code":"not_in_room","message":"You are not in this room: join it first."}}]`},
	{"a lost connection is told with its reason", annAndBen + `
		Ben vanishes
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"transport close"}]`},
	{"a DISCONNECT is, and the connection lives on as an outsider's", annAndBen + `
		Cat connects
		Ben → 41
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"client namespace disconnect"}]
		Ben → 40
		Ben ← 40{"sid":"<Ben>"}
		Ben → 42["offer",1]
		Cat ← 42["offer",1]`},
	{"a room in which nobody is left is gone", annAndBen + `
		Ben → 42["leave","r"]
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"leave"}]
		Ann → 42["leave","r"]
		Ben → 421["join","r"]
		Ben ← 431[{"ok":true,"room":"r","id":"<Ben>","peers":[]}]`},

	{"a call's events stay in the room", annAndBen + `
		Cat connects
		Dan connects
		Ann → 42["offer",1]
		Ann → 42["answer",2]
		Ann → 42["onicecandidate",3]
		Ann → 42["message",{"channel":[],"message":4}]
		Ben ← 42["offer",1]
		Ben ← 42["answer",2]
		Ben ← 42["onicecandidate",3]
		Ben ← 42["message",4]
		Cat → 42["offer",5]
		Cat → 42["message",{"channel":[],"message":6}]
		Dan ← 42["offer",5]
		Dan ← 42["message",6]`},
	{"one who has left hears outsiders again", annAndBen + `
		Cat connects
		Ben → 421["leave","r"]
		Ben ← 431[{"ok":true,"room":"r"}]
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"leave"}]
		Ann → 42["offer",1]
		Cat → 42["offer",2]
		Ben ← 42["offer",2]`},
	{"those of two rooms are heard in both, once by whom they share two with", annAndBen + `
		Cat connects
		Ann → 42["join","s"]
		Ben → 422["join","s"]
		Ben ← 432[{"ok":true,"room":"s","id":"<Ben>","peers":[{"id":"<Ann>"}]}]
		Ann ← 42["peer-joined",{"room":"s","id":"<Ben>"}]
		Cat → 423["join","s"]
		Cat ← 433[{"ok":true,"room":"s","id":"<Cat>","peers":[{"id":"<Ann>"},{"id":"<Ben>"}]}]
		Ann ← 42["peer-joined",{"room":"s","id":"<Cat>"}]
		Ben ← 42["peer-joined",{"room":"s","id":"<Cat>"}]
		Ann → 42["offer",1]
		Ben ← 42["offer",1]
		Cat ← 42["offer",1]
		Ann → 42["message",{"channel":["r","s"],"message":2}]
		Ben ← 42["message",2]
		Cat ← 42["message",2]
		Ann → 42["message",{"channel":"r","message":3}]
		Ben ← 42["message",3]`},
	{"a message to a room reaches those in it from inside only", annAndBen + `
		Cat connects
		Cat → 42["message",{"channel":"r","message":1}]
		Cat → 42["join","s"]
		Cat → 42["message",{"channel":"r","message":2}]
		Ann → 42["message",{"channel":"s","message":3}]
		Ann → 42["message",{"channel":"r","message":4}]
		Ben ← 42["message",4]`},
	{"a message to an id reaches a peer of the room, and outsiders each other", annAndBen + `
		Cat connects
		Dan connects
		Ann → 42["message",{"channel":"<Cat>","message":1}]
		Cat → 42["message",{"channel":"<Ann>","message":2}]
		Ann → 42["message",{"channel":["<Ben>","<Cat>","<Ben>"],"message":3}]
		Ben ← 42["message",3]
		Cat → 42["message",{"channel":"<Dan>","message":4}]
		Dan ← 42["message",4]`},

	{"a signal goes to one peer, from its sender", annAndBen + `
		Ann → 427["signal",{"to":"<Ben>","data":{"b":1.0,"from":"me"}}]
		Ben ← 42["signal",{"from":"<Ann>","data":{"b":1.0,"from":"me"}}]
		Ann ← 437[{"ok":true}]
		Ben → 42["signal",{"from":"<Ben>","to":"<Ann>"}]
		Ann ← 42["signal",{"from":"<Ben>","data":null}]`},
	{"a signal with binary in it", annAndBen + `
		Ann → 451-7["signal",{"to":"<Ben>","data":[{"_placeholder":true,"num":0}]}]
		Ann → binary bytes
		Ben ← 451-["signal",{"from":"<Ann>","data":[{"_placeholder":true,"num":0}]}]
		Ben ← binary bytes
		Ann ← 437[{"ok":true}]`},
	{"a signal to oneself, to nobody, or to whom one shares no room with", annAndBen + `
		Cat connects
		Dan connects
		Ann → 421["signal",{"to":"<Ann>","data":1}]
		Ann ← ` + refused(1, unknownPeer) + `
		Ann → 422["signal",{"to":"nobody","data":1}]
		Ann ← ` + refused(2, unknownPeer) + `
		Ann → 423["signal",{"to":"<Cat>","data":1}]
		Ann ← ` + refused(3, unknownPeer) + `
		Cat → 424["signal",{"to":"<Ann>","data":1}]
		Cat ← ` + refused(4, unknownPeer) + `
		Cat → 425["signal",{"to":"<Dan>","data":1}]
		Cat ← ` + refused(5, unknownPeer) + `
		Cat → 426["signal",{"to":"r","data":1}]
		Cat ← ` + refused(6, unknownPeer)},

	{"names of as many characters as are allowed", `
		Ann connects
		Ann → 421["join",{"room":"房间房间房","name":"😀😀😀😀😀"}]
		Ann ← 431[{"ok":true,"room":"房间房间房","id":"<Ann>","peers":[]}]
		Ann → 422["join","房间房间房间"]
		Ann ← ` + refused(2, nameTooLong("room", 5)) + `
		Ann → 423["join",{"room":"x","name":"😀😀😀😀😀😀"}]
		Ann ← ` + refused(3, nameTooLong("client", 5))},
	{"names that JSON escapes", `
		Ann connects
		Ann → 421["join",{"room":"a\"\\\n","name":"\u0001"}]
		Ann ← 431[{"ok":true,"room":"a\"\\\n","id":"<Ann>","peers":[]}]
		Ben connects
		Ben → 421["join","\u0061\"\\\n"]
		Ben ← 431[{"ok":true,"room":"a\"\\\n","id":"<Ben>","peers":[{"id":"<Ann>","name":"\u0001"}]}]
		Ann ← 42["peer-joined",{"room":"a\"\\\n","id":"<Ben>"}]`},
	{"one room more than a client may be in", annAndBen + `
		Ann → 42["join","s"]
		Ann → 421["join","t"]
		Ann ← ` + refused(1, tooManyRooms) + `
		Ann → 422["join","r"]
		Ann ← 432[{"ok":true,"room":"r","id":"<Ann>","peers":[{"id":"<Ben>"}]}]
		Ann → 42["leave","s"]
		Ann → 423["join","t"]
		Ann ← 433[{"ok":true,"room":"t","id":"<Ann>","peers":[]}]`},
	{"one client more than a room takes", annAndBen + `
		Cat connects
		Dan connects
		Cat → 42["join","r"]
		Ann ← 42["peer-joined",{"room":"r","id":"<Cat>"}]
		Ben ← 42["peer-joined",{"room":"r","id":"<Cat>"}]
		Dan → 421["join","r"]
		Dan ← ` + refused(1, roomFull) + `
		Dan → 42["offer",1]
		Dan → 423["leave","r"]
		Dan ← 433[{"ok":false,"error":{"code":"not_in_room","message":"You are not in this room: join it first."}}]
		Cat → 42["leave","r"]
		Ann ← 42["peer-left",{"room":"r","id":"<Cat>","reason":"leave"}]
		Ben ← 42["peer-left",{"room":"r","id":"<Cat>","reason":"leave"}]
		Dan → 422["join","r"]
		Dan ← 432[{"ok":true,"room":"r","id":"<Dan>","peers":[{"id":"<Ann>","name":"Ann"},{"id":"<Ben>"}]}]
		Ann ← 42["peer-joined",{"room":"r","id":"<Dan>"}]
		Ben ← 42["peer-joined",{"room":"r","id":"<Dan>"}]`},
}

func TestRooms(t *testing.T) {
	for _, row := range roomRows {
		t.Run(row.name, func(t *testing.T) { newStage(t, smallLimits).play(row.script) })
	}
}

func TestRoomNamedLikeAPeersIDDoesNotHearWhatIsMeantForThePeer(t *testing.T) {
	newStage(t, DefaultLimits).play(`
		Ann connects
		Ben connects
		Cat connects
		Cat → 420["join","<Ben>"]
		Cat ← 430[{"ok":true,"room":"<Ben>","id":"<Cat>","peers":[]}]
		Ann → 42["message",{"channel":"<Ben>","message":1}]
		Ben ← 42["message",1]
		Ann → 42["join","<Ben>"]
		Cat ← 42["peer-joined",{"room":"<Ben>","id":"<Ann>"}]
		Ann → 42["message",{"channel":"<Ben>","message":2}]
		Cat ← 42["message",2]
		Ann → 42["join","r"]
		Ben → 421["join","r"]
		Ben ← 431[{"ok":true,"room":"r","id":"<Ben>","peers":[{"id":"<Ann>"}]}]
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]
		Ann → 42["message",{"channel":"<Ben>","message":3}]
		Ben ← 42["message",3]`)
}

// What clients are told, for limits of 3 and 2.
var (
	unknownPeer  = &bridge.Refusal{Code: "unknown_peer", Message: "Nobody with this id shares a room with you: send to an id from the answer to join or from peer-joined."}
	tooManyRooms = &bridge.Refusal{Code: "too_many_rooms", Message: "A client may be in 2 rooms at once: leave one first."}
	roomFull     = &bridge.Refusal{Code: "room_full", Message: "The room has all the 3 people it takes: choose another room, or try again when somebody has left."}
)

// Signals to a peer that does not read are answered all the same, until it is
// given up; a join passes them by.
func TestPeerThatDoesNotReadDelaysNobody(t *testing.T) {
	s := newStage(t, smallLimits)
	s.play(annAndBen)
	s.cast["Ben"].gone = true // for the script: nothing is read any more
	ann := s.actor("Ann")
	signal := s.fill(`42["signal",{"to":"<Ben>","data":"` + strings.Repeat("x", 900<<10) + `"}]`)
	signal = strings.Replace(signal, "42[", "427[", 1)
	left := false
	for n := 0; !left; n++ {
		ann.Send(t, signal)
		switch got := s.next(ann).Payload; got {
		case `437[{"ok":true}]`:
		case refused(7, unknownPeer):
			s.wants("Ann", `42["peer-left",{"room":"r","id":"<Ben>","reason":"slow consumer"}]`)
			left = true
		case s.fill(`42["peer-left",{"room":"r","id":"<Ben>","reason":"slow consumer"}]`):
			s.next(ann) // the answer, which may be either
			left = true
		default:
			t.Fatalf("Ann got %s", got)
		}
		if n == 3 {
			s.play(`
				Cat connects
				Cat → 421["join","r"]
				Cat ← 431[{"ok":true,"room":"r","id":"<Cat>","peers":[{"id":"<Ann>","name":"Ann"},{"id":"<Ben>"}]}]
				Ann ← 42["peer-joined",{"room":"r","id":"<Cat>"}]`)
		}
	}
}
