package handlers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/wiretest"
)

// Every kind of client gets an event in its own revision's and transport's form.
func TestEventInEveryClientsForm(t *testing.T) {
	f := serve(t)
	ws3 := wiretest.Dial(t, f.addr, "/socket.io/?EIO=3&transport=websocket")
	ws3.Next(t)
	ws3.Want(t, "40")
	text3 := wiretest.Dial(t, f.addr, "/socket.io/?EIO=3&transport=websocket&b64=1")
	text3.Next(t)
	text3.Want(t, "40")
	poll4 := wiretest.OpenPolling(t, f.addr, "/socket.io/?EIO=4&transport=polling")
	poll4.Post(t, "40").Want(t, 200, "ok")
	poll4.Get(t)
	poll3 := wiretest.OpenPolling(t, f.addr, "/socket.io/?EIO=3&transport=polling")
	poll3.Want(t, 200, "2:40")
	jsonp := wiretest.OpenPolling(t, f.addr, "/socket.io/?EIO=3&transport=polling&b64=1&j=5")
	jsonp.Want(t, 200, `___eio[5]("2:40");`)

	const packet = `451-["offer",{"_placeholder":true,"num":0}]`
	f.peers[0].Write(wiretest.Frame{Op: wiretest.Text, Payload: packet}, wiretest.Frame{Op: wiretest.Binary, Payload: "\x01\x02\x03"})
	f.peers[1].Want(t, packet)
	f.peers[1].WantBinary(t, "\x01\x02\x03")
	ws3.Want(t, packet)
	ws3.WantBinary(t, "\x04\x01\x02\x03")
	text3.Want(t, packet, "b4AQID")
	poll4.Want(t, 200, packet+"\x1ebAQID")
	poll3.Want(t, 200, "\x00\x04\x03\xFF"+packet+"\x01\x04\xFF\x04\x01\x02\x03")
	script := fmt.Sprintf("43:%s6:b4AQID", packet)
	jsonp.Want(t, 200, fmt.Sprintf("___eio[5](%q);", script))
}

func TestPollingClientsCall(t *testing.T) {
	f := serve(t)
	p := wiretest.OpenPolling(t, f.addr, "/socket.io/?EIO=4&transport=polling")
	p.Post(t, "40").Want(t, 200, "ok")
	id, err := wiretest.SIDOf(p.Get(t).Body, "40")
	if err != nil {
		t.Fatal(err)
	}
	p.Post(t, `42["offer","a"]`+"\x1e"+`451-["answer",{"_placeholder":true,"num":0}]`+"\x1ebAQID").Want(t, 200, "ok")
	for _, peer := range f.peers {
		peer.Want(t, `42["offer","a"]`, `451-["answer",{"_placeholder":true,"num":0}]`)
		peer.WantBinary(t, "\x01\x02\x03")
	}
	f.peers[0].Send(t, `42["message",{"channel":"`+id+`","message":"back"}]`)
	p.Want(t, 200, `42["message","back"]`)
}

// Rooms in MessagePack: the bytes of {type, nsp, data, id}, as the official
// parser writes them.
func TestRoomsInMessagePack(t *testing.T) {
	const event, ack = "\x83\xA4type\x02\xA3nsp\xA1/\xA4data", "\x84\xA4type\x03\xA3nsp\xA1/\xA2id\x07\xA4data\x91"
	s := newStage(t, smallLimits, func(o *socket.ServerOptions) { o.SetParser(bridge.MessagePack) })
	join := func(query string) (w *wiretest.WebSocket, id string) {
		w = wiretest.Dial(t, s.addr, wiretest.PeerTarget+query)
		w.Next(t)
		w.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x82\xA4type\x00\xA3nsp\xA1/"})
		_, id, ok := strings.Cut(w.Next(t).Payload, "\xA3sid\xB8")
		if !ok {
			t.Fatal("no id in the CONNECT reply")
		}
		return w, id
	}
	ann, annID := join("&room=r&name=Ann")
	ben, benID := join("")
	ben.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x84\xA4type\x02\xA3nsp\xA1/\xA4data\x92\xA4join\xA1r\xA2id\x07"})
	ben.WantBinary(t, ack+"\x84\xA2id\xB8"+benID+"\xA2ok\xC3\xA5peers\x91\x82\xA2id\xB8"+annID+"\xA4name\xA3Ann\xA4room\xA1r")
	ann.WantBinary(t, event+"\x92\xABpeer-joined\x82\xA2id\xB8"+benID+"\xA4room\xA1r")
	ben.Write(wiretest.Frame{Op: wiretest.Binary, Payload: event + "\x92\xA6signal\x82\xA2to\xB8" + annID + "\xA4data\xC4\x02hi"})
	ann.WantBinary(t, event+"\x92\xA6signal\x82\xA4from\xB8"+benID+"\xA4data\xC4\x02hi")
	ben.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x84\xA4type\x02\xA3nsp\xA1/\xA4data\x92\xA5leave\xA1s\xA2id\x07"})
	ben.WantBinary(t, ack+"\x82\xA5error\x82\xA4code\xABnot_in_room\xA7message\xD9\x28You are not in this room: join it first.\xA2ok\xC2")
}
