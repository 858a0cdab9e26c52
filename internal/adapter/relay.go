package adapter

import (
	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// Scope is the members that events of one member can reach. Its methods are
// called by Relay, with the locks of its caller and the adapter held: of the
// adapter's methods they may call Everyone and In only.
type Scope interface {
	// Receivers returns those that are in any of the rooms of to, each once, or
	// all if to is nil. The sender may be among them. The slice is not changed.
	Receivers(to []Room) []Receiver
	// Recoverable reports whether clients whose session is recovered get the
	// events that they missed.
	Recoverable() bool
}

// Relay sends an event from one member to the others of its scope: to all, or
// if to is not nil, to those in any of its rooms. It goes out with b's next flush.
func (a *Adapter) Relay(b *engine.Batch, from *Member, scope Scope, to []Room, name string, args ...codec.Value) {
	if a.recovery != nil {
		a.relayRecorded(b, from, scope, to, name, args)
		return
	}
	a.SendEvent(b, scope.Receivers(to), from, name, args...)
}

// relayRecorded is Relay for a namespace that keeps events for recovery.
func (a *Adapter) relayRecorded(b *engine.Batch, from *Member, scope Scope, to []Room, name string, args []codec.Value) {
	a.recovery.mu.Lock()
	defer a.recovery.mu.Unlock()
	packets := a.encoder.Event(a.namespace, name, append(args, codec.Value{JSON: a.recovery.nextOffsetLocked()})...)
	a.recovery.recordLocked(keptEvent{
		packets: packets,
		to:      to,
		except:  []Room{Room(from.ID)},
		live:    !scope.Recoverable(),
	})
	queue(b, scope.Receivers(to), from, packets)
}

// SendEvent sends an event to receivers, but for one member, nil for none. The
// event is not kept for recovery.
func (a *Adapter) SendEvent(b *engine.Batch, to []Receiver, except *Member, name string, args ...codec.Value) {
	if len(to) == 0 || len(to) == 1 && to[0].Member == except {
		return
	}
	queue(b, to, except, a.encoder.Event(a.namespace, name, args...))
}

// SendAck sends a member the acknowledgement of one of its events.
func (a *Adapter) SendAck(b *engine.Batch, to *Member, id uint64, args ...codec.Value) {
	b.Send(to.session, a.encoder.Ack(a.namespace, id, args...)...)
}

func queue(b *engine.Batch, to []Receiver, except *Member, packets []*packet.Packet) {
	for _, r := range to {
		if r.Member != except {
			b.Send(r.Session, packets...)
		}
	}
}
