package handlers

import "signaling/internal/bridge"

// relay returns the handler that passes an event's first argument on to
// everyone else: null when there is none, further ones are dropped. An
// acknowledgement that the sender asks for is never sent.
func relay(name string) bridge.Handler {
	return func(e *bridge.Event) { e.Broadcast(name, e.Arg(0)) }
}
