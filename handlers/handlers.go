// Package handlers holds what the server does with each event: the four of a
// WebRTC call, relayed as the Node server of the page does.
//
// All of a connection's events are handled in order, each to its end.
package handlers

import "signaling/internal/bridge"

// Register routes the events of the namespace "/" to their handlers. It must
// be called before the server takes connections.
func Register(b *bridge.Bridge) {
	b.Handle("/", "offer", relay("offer"))
	b.Handle("/", "answer", relay("answer"))
	b.Handle("/", "onicecandidate", relay("onicecandidate"))
	b.Handle("/", "message", message)
}
