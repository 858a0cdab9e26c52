package handlers

import (
	"slices"

	"signaling/internal/bridge"
)

// joinOnConnect returns the rooms in the URL of a client, ?room=kitchen&name=Ann,
// and in its auth, {room, name}.
func (l RoomLimits) joinOnConnect(h bridge.Handshake) (entries []bridge.RoomEntry, capacity bridge.RoomCapacity, refusal *bridge.Refusal) {
	names := slices.Clone(h.Query["room"])
	switch room := h.Auth["room"].(type) {
	case nil:
	case string:
		names = append(names, room)
	default:
		return nil, capacity, badRequest("auth.room must be a string: the name of a room.")
	}
	if len(names) == 0 {
		return nil, capacity, nil
	}
	name, refusal := clientName(h.Query["name"], h.Auth)
	if refusal != nil {
		return nil, capacity, refusal
	}
	for _, room := range names {
		entry := bridge.RoomEntry{Room: room, Name: name}
		if refusal := l.check(entry); refusal != nil {
			return nil, capacity, refusal
		}
		if !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
		if len(entries) > l.ClientRooms {
			break // too many already, and a URL has room for thousands
		}
	}
	return entries, l.capacity(), nil
}

// clientName returns the name in auth, or else the last one in the URL, where an
// empty one counts as none: a form sends its fields even if they are empty.
func clientName(query []string, auth map[string]any) (string, *bridge.Refusal) {
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
