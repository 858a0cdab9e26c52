package handlers

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
)

// join puts the sender into the room of (room) or ({room, name}).
func (l Limits) join(e *bridge.Event) {
	arg := e.Arg(0)
	room, ok := arg.Text()
	var name string
	if !ok {
		field, _ := arg.Field("room")
		room, ok = field.Text()
		field, _ = arg.Field("name")
		if name, _ = field.Text(); name == "" && !field.IsNull() {
			ok = false
		}
	}
	if !ok {
		e.Refuse(badRequest(`join takes the name of a room, or {room, name}: write socket.emit("join", "kitchen", (answer) => …).`))
		return
	}
	entry := bridge.RoomEntry{Room: room, Name: name}
	refusal := l.check(entry)
	if refusal == nil {
		refusal = e.JoinRoom(entry, l.rooms())
	}
	if refusal != nil {
		e.Refuse(refusal)
	}
}

// leave takes the sender out of the room of (room).
func (l Limits) leave(e *bridge.Event) {
	room, ok := e.Arg(0).Text()
	if !ok {
		e.Refuse(badRequest(`leave takes the name of a room: write socket.emit("leave", "kitchen").`))
		return
	}
	if refusal := e.LeaveRoom(room); refusal != nil {
		e.Refuse(refusal)
	}
}

// signal sends the data of {to, data} to the peer whose id to is, as {from,
// data}.
func (l Limits) signal(e *bridge.Event) {
	to, _ := e.Arg(0).Field("to")
	id, ok := to.Text()
	if !ok {
		e.Refuse(badRequest(`signal takes {to, data}: write socket.emit("signal", {to: peer.id, data: …}).`))
		return
	}
	data, _ := e.Arg(0).Field("data") // without it the peer gets null
	if refusal := e.Signal(socket.SocketId(id), "signal", data.Within("from", string(e.Sender()), "data")); refusal != nil {
		e.Refuse(refusal)
		return
	}
	e.Acknowledge()
}

// arrive returns the rooms of the client's URL, ?room=kitchen&name=Ann, and of
// its auth, {room, name}.
func (l Limits) arrive(h *socket.Handshake) (entries []bridge.RoomEntry, limits bridge.RoomLimits, refusal *bridge.Refusal) {
	auth, _ := h.Auth.(map[string]any)
	names := slices.Clone(h.Query["room"])
	switch room := auth["room"].(type) {
	case nil:
	case string:
		names = append(names, room)
	default:
		return nil, limits, badRequest("auth.room must be a string: the name of a room.")
	}
	if len(names) == 0 {
		return nil, limits, nil
	}
	name, refusal := arrivingName(h.Query["name"], auth)
	if refusal != nil {
		return nil, limits, refusal
	}
	for _, room := range names {
		entry := bridge.RoomEntry{Room: room, Name: name}
		if refusal := l.check(entry); refusal != nil {
			return nil, limits, refusal
		}
		if !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
		if len(entries) > l.ClientRooms {
			break // it is refused for these, and a URL has room for thousands
		}
	}
	return entries, l.rooms(), nil
}

// arrivingName returns the name in auth, or else the last one of the URL's. An
// empty one in the URL is none, as a form leaves it.
func arrivingName(query []string, auth map[string]any) (string, *bridge.Refusal) {
	switch name := auth["name"].(type) {
	case nil:
		if len(query) == 0 {
			return "", nil
		}
		return query[len(query)-1], nil
	case string:
		if name != "" {
			return name, nil
		}
	}
	return "", badRequest("auth.name must be a string that is not empty: leave it out for no name.")
}

func (l Limits) rooms() bridge.RoomLimits {
	return bridge.RoomLimits{Peers: l.RoomPeers, Rooms: l.ClientRooms}
}

// check tells what is wrong with the names of an entry.
func (l Limits) check(e bridge.RoomEntry) *bridge.Refusal {
	switch {
	case e.Room == "":
		return badRequest("The name of a room must not be empty: choose one.")
	case utf8.RuneCountInString(e.Room) > l.NameLength:
		return nameTooLong("room", l.NameLength)
	case utf8.RuneCountInString(e.Name) > l.NameLength:
		return nameTooLong("client", l.NameLength)
	}
	return nil
}

func badRequest(message string) *bridge.Refusal {
	return &bridge.Refusal{Code: "bad_request", Message: message}
}

func nameTooLong(of string, limit int) *bridge.Refusal {
	return &bridge.Refusal{
		Code:    "name_too_long",
		Message: fmt.Sprintf("The name of a %s may have %d characters: choose a shorter one.", of, limit),
	}
}
