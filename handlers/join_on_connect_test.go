package handlers

import (
	"fmt"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/wiretest"
)

const annInR = `
	Ann connects with ?room=r&name=Ann
	Ann → 420["join","r"]
	Ann ← 430[{"ok":true,"room":"r","id":"<Ann>","peers":[]}]
`

var joinOnConnectRows = []struct{ name, script string }{
	{"by the URL, in revision 4", annInR + `
		Ben connects with ?room=r
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]
		Ben → 420["join","r"]
		Ben ← 430[{"ok":true,"room":"r","id":"<Ben>","peers":[{"id":"<Ann>","name":"Ann"}]}]
		Cat connects
		Cat → 42["offer",1]
		Ben → 42["offer",2]
		Ann ← 42["offer",2]`},
	{"by the URL, in revision 3", annInR + `
		Ben opens ?EIO=3&room=r&name=Ben
		Ben ← 40
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>","name":"Ben"}]
		Ann → 42["offer",1]
		Ben ← 42["offer",1]
		Ben vanishes
		Ann ← 42["peer-left",{"room":"r","id":"<Ben>","reason":"transport close"}]`},
	{"by auth", annInR + `
		Ben opens ?EIO=4
		Ben → 40{"room":"r","name":"Ben","token":[1]}
		Ben ← 40{"sid":"<Ben>"}
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>","name":"Ben"}]`},
	{"by both, with the name of auth", annInR + `
		Ben opens ?EIO=4&room=r&name=Bob
		Ben → 40{"room":"s","name":"Ben"}
		Ben ← 40{"sid":"<Ben>"}
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>","name":"Ben"}]
		Ben → 421["leave","s"]
		Ben ← 431[{"ok":true,"room":"s"}]`},
	{"in several rooms, one of them twice", annInR + `
		Ben connects with ?room=r&room=s&room=r
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]
		Ann → 42["join","s"]
		Ben ← 42["peer-joined",{"room":"s","id":"<Ann>"}]`},
	{"an escaped name is the same name", `
		Ann connects with ?room=%E6%88%BF%20%26
		Ann → 421["leave","房 &"]
		Ann ← 431[{"ok":true,"room":"房 &"}]`},
	{"auth of null, and other things in it, are no room", `
		Ann opens ?EIO=4&name=Ann
		Ann → 40{"room":null,"name":7,"rooms":["r"]}
		Ann ← 40{"sid":"<Ann>"}
		Ann → 421["leave","r"]
		Ann ← 431[{"ok":false,"error":{"code":"not_in_room","message":"You are not in this room: join it first."}}]`},

	{"refused: an empty name, and the connection can try again", annInR + `
		Ben opens ?EIO=4
		Ben → 40{"room":""}
		Ben ← ` + turnedAway(badRequest("The name of a room must not be empty: choose one.")) + `
		Ben → 40{"room":"r"}
		Ben ← 40{"sid":"<Ben>"}
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]`},
	{"refused: a name that is too long", `
		Ann opens ?EIO=4&room=toolong
		Ann → 40
		Ann ← ` + turnedAway(nameTooLong("room", 5))},
	{"refused: a client's name that is too long", `
		Ann opens ?EIO=4&room=r&name=toolong
		Ann → 40
		Ann ← ` + turnedAway(nameTooLong("client", 5))},
	{"refused: a room in auth that is no string", `
		Ann opens ?EIO=4
		Ann → 40{"room":["r"]}
		Ann ← ` + turnedAway(badRequest("auth.room must be a string: the name of a room."))},
	{"refused: a name in auth that is none", `
		Ann opens ?EIO=4
		Ann → 40{"room":"r","name":""}
		Ann ← ` + turnedAway(badRequest("auth.name must be a string that is not empty: leave it out for no name.")) + `
		Ann → 40{"room":"r","name":7}
		Ann ← ` + turnedAway(badRequest("auth.name must be a string that is not empty: leave it out for no name."))},
	{"refused: more rooms than a client may be in", `
		Ann opens ?EIO=4&room=a&room=b&room=c
		Ann → 40
		Ann ← ` + turnedAway(tooManyRooms)},
	{"refused: a room that is full, and then the others are not entered either", annInR + `
		Ben connects with ?room=r
		Cat connects with ?room=r
		Ann ← 42["peer-joined",{"room":"r","id":"<Ben>"}]
		Ann ← 42["peer-joined",{"room":"r","id":"<Cat>"}]
		Ben ← 42["peer-joined",{"room":"r","id":"<Cat>"}]
		Dan opens ?EIO=4&room=s&room=r
		Dan → 40
		Dan ← ` + turnedAway(roomFull) + `
		Eve connects
		Eve → 421["join","s"]
		Eve ← 431[{"ok":true,"room":"s","id":"<Eve>","peers":[]}]`},
	{"refused in revision 3, which gets the data", `
		Ann opens ?EIO=3&room=
		Ann ← 44{"code":"bad_request","message":"The name of a room must not be empty: choose one."}`},
}

// turnedAway is the CONNECT_ERROR of a client of revision 4.
func turnedAway(r *bridge.Refusal) string {
	return fmt.Sprintf(`44{"data":{"code":%q,"message":%q},"message":%[2]q}`, r.Code, r.Message)
}

func TestJoinOnConnect(t *testing.T) {
	for _, row := range joinOnConnectRows {
		t.Run(row.name, func(t *testing.T) { newStage(t, smallLimits).play(row.script) })
	}
}

// A program's listeners see neither a client that is refused nor its end.
func TestRefusedClientIsNotConnected(t *testing.T) {
	s := newStage(t, smallLimits)
	connections := make(chan socket.SocketId, 8)
	s.io.On("connection", func(args ...any) { connections <- args[0].(*socket.Socket).Id() })
	for range 20 {
		s.line(`Ann opens ?EIO=4`)
		s.actor("Ann").Send(t, `40{"room":""}`, `40{"room":""}`, `40`) // at once: each waits for the one before
		s.play(`
			Ann ← ` + turnedAway(badRequest("The name of a room must not be empty: choose one.")) + `
			Ann ← ` + turnedAway(badRequest("The name of a room must not be empty: choose one.")) + `
			Ann ← 40{"sid":"<Ann>"}`)
		if id := <-connections; string(id) != s.cast["Ann"].id || len(connections) > 0 {
			t.Errorf("connection was emitted for %s and %d more, want %s alone", id, len(connections), s.cast["Ann"].id)
		}
		s.line(`Ann vanishes`)
	}
	s.waitFor("the module has forgotten all sockets", func() bool { return s.io.Sockets().Sockets().Len() == 0 })
}

func TestRefusedClientThatNeverTriesAgainIsClosed(t *testing.T) {
	s := newStage(t, smallLimits, func(o *socket.ServerOptions) { o.SetConnectTimeout(50 * time.Millisecond) })
	s.play(`
		Ann opens ?EIO=3&room=
		Ann ← 44{"code":"bad_request","message":"The name of a room must not be empty: choose one."}`)
	s.cast["Ann"].WantClose(t, wiretest.NoCode)
}

func TestPollingClientsJoinOnConnect(t *testing.T) {
	s := newStage(t, smallLimits)
	s.play(annInR)
	p4 := wiretest.OpenPolling(t, s.addr, "/socket.io/?EIO=4&transport=polling&room=r")
	p4.Post(t, "40").Want(t, 200, "ok")
	id, err := wiretest.SIDOf(p4.Get(t).Body, "40")
	if err != nil {
		t.Fatal(err)
	}
	s.play(`Ann ← 42["peer-joined",{"room":"r","id":"` + id + `"}]`)
	p3 := wiretest.OpenPolling(t, s.addr, "/socket.io/?EIO=3&transport=polling&b64=1&j=0&room=r")
	p3.Want(t, 200, `___eio[0]("2:40");`)
	s.play(`
		Ann ← 42["peer-joined",{"room":"r","id":"` + p3.SID + `"}]
		Ann → 42["offer",1]`)
	p4.Want(t, 200, `42["peer-joined",{"room":"r","id":"`+p3.SID+`"}]`+"\x1e"+`42["offer",1]`)
	p3.Want(t, 200, `___eio[0]("13:42[\"offer\",1]");`)
}
