package handlers

import (
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/codec"
)

// message sends the message of {channel, message} to the channel: a room, which
// the id of a peer is too, or an array of them. The empty array is everyone
// else; a channel of any other kind is nobody. An argument that is null, of
// which the Node server dies, is ignored.
func message(e *bridge.Event) {
	arg := e.Arg(0)
	if arg.IsNull() {
		e.Ignored("no object with channel and message")
		return
	}
	body, _ := arg.Field("message") // without one the receivers get null
	channel, _ := arg.Field("channel")
	rooms, everyone := channelRooms(channel)
	switch {
	case everyone:
		e.Broadcast("message", body)
	case len(rooms) > 0:
		e.To(rooms, "message", body)
	}
}

// channelRooms returns the rooms a channel names, or that it means everyone.
// Rooms are strings: in an array, anything else names none.
func channelRooms(channel codec.Value) (rooms []socket.Room, everyone bool) {
	if room, ok := channel.Text(); ok {
		return []socket.Room{socket.Room(room)}, false
	}
	elements, ok := channel.Elements()
	if !ok {
		return nil, false
	}
	everyone = true
	for element := range elements {
		everyone = false
		if room, ok := element.Text(); ok {
			rooms = append(rooms, socket.Room(room))
		}
	}
	return rooms, everyone
}
