package handlers

import (
	"fmt"
	"testing"

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
