package adapter

import (
	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// target is whom a broadcast is for: members of any of rooms, but for those in
// any of except.
type target struct {
	rooms    []Room // nil: all members
	except   []Room
	volatile bool // only for members to whom it can be written at once
}

// broadcast sends a packet. An event that clients can miss is kept for recovery,
// unless it is volatile, with its offset as one more argument.
func (a *Adapter) broadcast(t codec.Type, id *uint64, data any, to target) {
	var b engine.Batch
	defer b.Flush()
	args, hasArgs := data.([]any)
	if a.recovery == nil || t != codec.Event || id != nil || !hasArgs || to.volatile {
		if packets := a.encode(t, id, data); packets != nil {
			a.queueTo(&b, to, packets)
		}
		return
	}
	a.recovery.mu.Lock()
	defer a.recovery.mu.Unlock()
	args = append(args, codec.Value{JSON: a.recovery.nextOffsetLocked()})
	if packets := a.encode(t, nil, args); packets != nil {
		a.recovery.recordLocked(keptEvent{packets: packets, to: to.rooms, except: to.except})
		a.queueTo(&b, to, packets)
	}
}

// encode encodes a packet, or logs why it cannot be sent and returns nil.
func (a *Adapter) encode(t codec.Type, id *uint64, data any) []*packet.Packet {
	packets, err := a.encoder.Packet(t, a.namespace, id, data)
	if err != nil {
		a.log.Error("event not sent: its data cannot be encoded", "namespace", a.namespace, "error", err)
	}
	return packets
}

func (a *Adapter) queueTo(b *engine.Batch, to target, packets []*packet.Packet) {
	for _, r := range a.receivers(to) {
		if !to.volatile || r.Session.Writable() {
			b.Send(r.Session, packets...)
		}
	}
}

// receivers returns the connected members that a target means.
func (a *Adapter) receivers(to target) []Receiver {
	found := a.Everyone()
	if to.rooms != nil {
		found = a.In(to.rooms...)
	}
	if len(to.except) == 0 {
		return found
	}
	excepted := make(map[*Member]struct{})
	for _, r := range a.In(to.except...) {
		excepted[r.Member] = struct{}{}
	}
	kept := make([]Receiver, 0, len(found))
	for _, r := range found {
		if _, out := excepted[r.Member]; !out {
			kept = append(kept, r)
		}
	}
	return kept
}
