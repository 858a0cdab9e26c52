package handlers

import (
	"testing"

	"github.com/zishang520/socket.io/v2/socket"
)

// Rooms that a program joins sockets to are others than those of the same name
// that clients join.
func TestRoomsOfAProgramAreApart(t *testing.T) {
	s := newStage(t, smallLimits)
	s.play(annAndBen + `
		Cat connects
		Dan connects`)
	for _, name := range []string{"Ben", "Dan"} {
		s.io.In(socket.Room(s.cast[name].id)).SocketsJoin("r")
	}
	s.io.In("r").Emit("program", 1)
	s.play(`
		Ben ← 42["program",1]
		Dan ← 42["program",1]
		Cat → 42["message",{"channel":"r","message":2}]
		Dan ← 42["message",2]
		Ann → 42["message",{"channel":"r","message":3}]
		Ben ← 42["message",3]
		Ben → 42["leave","r"]
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"leave"}]
		Cat → 42["message",{"channel":"r","message":4}]
		Ben ← 42["message",4]
		Dan ← 42["message",4]`)
	s.io.In("r").SocketsLeave("r")
	s.play(`
		Dan → 42["join","r"]
		Ann ← 42["peer-joined",{"room":"r","id":"<Dan>"}]`)
	if own := s.io.Sockets().Adapter().SocketRooms(socket.SocketId(s.cast["Dan"].id)); own.Len() != 1 {
		t.Errorf("the module sees %v", own.Keys())
	}
}

func TestDisconnectByAProgramIsToldWithItsReason(t *testing.T) {
	s := newStage(t, smallLimits)
	s.play(annAndBen)
	s.io.In(socket.Room(s.cast["Ben"].id)).DisconnectSockets(false)
	s.play(`
		Ben ← 41
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"server namespace disconnect"}]`)
}

// A client in a room does not come back to its session, which the others have
// been told the end of; one outside does, and what was said in rooms meanwhile
// is not among what it missed.
func TestRecoveryIsForOutsiders(t *testing.T) {
	s := newStage(t, smallLimits, func(o *socket.ServerOptions) {
		o.SetConnectionStateRecovery(&socket.ConnectionStateRecovery{})
	})
	pid := map[string]string{}
	for _, name := range []string{"Ann", "Ben", "Cat", "Dan"} {
		s.open(name, "?EIO=4")
		s.actor(name).Send(t, "40")
		id, private := ids(t, s.next(s.actor(name)).Payload)
		s.cast[name].id, pid[name] = id, private
	}
	s.play(`
		Ann → 42["join","r"]
		Ben → 421["join","r"]
		Ben ← 431[{"ok":true,"room":"r","id":"<Ben>","peers":[{"id":"<Ann>"}]}]
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]
		Ben vanishes
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"transport close"}]
		Cat vanishes`)
	s.waitFor("the server knows that Cat has gone", func() bool {
		_, there := s.io.Sockets().Sockets().Load(socket.SocketId(s.cast["Cat"].id))
		return !there
	})
	s.line(`Ann → 42["offer","inside"]`)
	s.line(`Dan → 42["offer","outside"]`)
	s.settle(s.actor("Dan"))

	s.open("Ben2", "?EIO=4&room=r")
	s.actor("Ben2").Send(t, `40{"pid":"`+pid["Ben"]+`"}`)
	id, _ := ids(t, s.next(s.actor("Ben2")).Payload)
	if id == s.cast["Ben"].id {
		t.Error("a client in a room was recovered")
	}
	s.play(`Ann ← 42["peer-joined",{"room":"r","id":"` + id + `"}]`)

	s.open("Cat2", "?EIO=4&room=r")
	s.actor("Cat2").Send(t, `40{"pid":"`+pid["Cat"]+`"}`)
	if got, want := s.next(s.actor("Cat2")).Payload, `42["offer","outside","`; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("the outsider missed %s, want %s…", got, want)
	}
	if id, _ := ids(t, s.next(s.actor("Cat2")).Payload); id != s.cast["Cat"].id {
		t.Errorf("the outsider came back as %s, want %s", id, s.cast["Cat"].id)
	}
	s.curtain()
}

// Nobody leaves a call because the server does.
func TestShutdownIsNobodysLeaving(t *testing.T) {
	s := newStage(t, smallLimits)
	s.play(annAndBen)
	s.io.Close(nil)
	for name, a := range s.cast {
		if f, err := a.Message(); err == nil {
			t.Errorf("%s got %s", name, f.Payload)
		}
	}
}
