package handlers

import (
	"signaling/internal/bridge"
	"signaling/internal/codec"
)

// message sends the message of {channel, message} to the channel: a room or an
// array of rooms, where the id of a peer is a room too. The empty array is
// everyone else; a channel of any other kind reaches no one. An argument of null,
// which makes the Node server exit, is ignored.
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

// channelRooms returns the rooms that a channel names, or reports that it means
// everyone. Rooms are strings: other elements of an array are left out.
func channelRooms(channel codec.Value) (rooms []bridge.Room, everyone bool) {
	if room, ok := channel.Text(); ok {
		return []bridge.Room{bridge.Room(room)}, false
	}
	elements, ok := channel.Elements()
	if !ok {
		return nil, false
	}
	everyone = true
	for element := range elements {
		everyone = false
		if room, ok := element.Text(); ok {
			rooms = append(rooms, bridge.Room(room))
		}
	}
	return rooms, everyone
}
