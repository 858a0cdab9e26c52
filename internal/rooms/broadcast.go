package rooms

import (
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// Relay sends an event from one member to the others that it is together with:
// those in its rooms, or if it is in none, everyone in none. If to is not nil,
// only those of them get it, each once, that are in any of the rooms of to. It
// goes out with b's next flush.
func (a *Adapter) Relay(b *engine.Batch, from *Member, to []socket.Room, name string, args ...codec.Value) {
	a.Presence.mu.RLock()
	defer a.Presence.mu.RUnlock()
	if a.recovery != nil {
		a.relayRecordedLocked(b, from, to, name, args)
		return
	}
	receivers := a.receiversLocked(from, to)
	if len(receivers) == 0 || len(receivers) == 1 && receivers[0].Member == from {
		return
	}
	packets := a.encoder.Event(a.nsp.Name(), name, args...)
	for _, r := range receivers {
		if r.Member != from {
			b.Send(r.Session, packets...)
		}
	}
}

func (a *Adapter) receiversLocked(from *Member, to []socket.Room) []Receiver {
	if to == nil {
		return a.Presence.audienceLocked(from)
	}
	return a.Presence.amongLocked(from, to)
}

// relayRecordedLocked is Relay for a namespace that keeps what clients may miss.
func (a *Adapter) relayRecordedLocked(b *engine.Batch, from *Member, to []socket.Room, name string, args []codec.Value) {
	a.recovery.mu.Lock()
	defer a.recovery.mu.Unlock()
	packets := a.encoder.Event(a.nsp.Name(), name, append(args, codec.Value{JSON: a.recovery.nextOffsetLocked()})...)
	a.recovery.recordLocked(keptEvent{
		packets: packets,
		to:      to,
		except:  []socket.Room{socket.Room(from.ID)},
		inside:  a.Presence.inside[from] != nil,
	})
	for _, r := range a.receiversLocked(from, to) {
		if r.Member != from {
			b.Send(r.Session, packets...)
		}
	}
}

// Broadcast sends a packet of the module's to those that opts name.
func (a *Adapter) Broadcast(p *parser.Packet, opts *socket.BroadcastOptions) {
	p.Nsp = a.nsp.Name()
	a.notify(p, opts)
	var b engine.Batch
	defer b.Flush()
	if a.recovery != nil && recoverable(p, opts) {
		a.recovery.mu.Lock()
		defer a.recovery.mu.Unlock()
		p.Data = append(p.Data.([]any), codec.Value{JSON: a.recovery.nextOffsetLocked()})
		if packets := a.encode(p); packets != nil {
			a.recovery.recordLocked(keptEvent{packets: packets, to: roomsOf(opts), except: exceptOf(opts)})
			a.send(&b, packets, opts)
		}
		return
	}
	if packets := a.encode(p); packets != nil {
		a.send(&b, packets, opts)
	}
}

// BroadcastWithAck sends a packet to those that opts name and calls ack for
// each one's acknowledgement; counted hears how many to expect.
func (a *Adapter) BroadcastWithAck(p *parser.Packet, opts *socket.BroadcastOptions, counted func(uint64), ack socket.Ack) {
	id := a.nsp.Ids() // common to the namespace: one number serves all receivers
	p.Nsp, p.Id = a.nsp.Name(), &id
	a.notify(p, opts)
	count := uint64(0)
	var b engine.Batch
	if packets := a.encode(p); packets != nil {
		for _, r := range a.receivers(opts) {
			if s, ok := a.nsp.Sockets().Load(r.Member.ID); ok {
				s.Acks().Store(id, ack)
				b.Send(r.Session, packets...)
				count++
			}
		}
	}
	b.Flush()
	counted(count)
}

// encode encodes a packet of the module's, or logs why it cannot be sent.
func (a *Adapter) encode(p *parser.Packet) []*engine.Packet {
	packets, err := a.encoder.Module(p)
	if err != nil {
		a.log.Error("event not sent: its data cannot be encoded", "namespace", p.Nsp, "error", err)
	}
	return packets
}

// notify tells the listeners for outgoing packets. They are an application's,
// and may emit: no lock is held.
func (a *Adapter) notify(p *parser.Packet, opts *socket.BroadcastOptions) {
	a.eachSocket(opts, func(s *socket.Socket) {
		if len(s.ListenersAnyOutgoing()) > 0 {
			s.NotifyOutgoingListeners()(p)
		}
	})
}

// send queues packets to the receivers that opts name.
func (a *Adapter) send(b *engine.Batch, packets []*engine.Packet, opts *socket.BroadcastOptions) {
	for _, r := range a.receivers(opts) {
		if !volatile(opts) || r.Session.Writable() {
			b.Send(r.Session, packets...)
		}
	}
}

// receivers returns the connected members that opts name: those of its rooms,
// or everyone without rooms, but for those in a room of Except.
func (a *Adapter) receivers(opts *socket.BroadcastOptions) []Receiver {
	found := a.Everyone()
	if rooms := roomsOf(opts); rooms != nil {
		found = a.In(rooms...)
	}
	except := exceptOf(opts)
	if len(except) == 0 {
		return found
	}
	out := make(map[*Member]struct{})
	for _, r := range a.In(except...) {
		out[r.Member] = struct{}{}
	}
	kept := make([]Receiver, 0, len(found))
	for _, r := range found {
		if _, excepted := out[r.Member]; !excepted {
			kept = append(kept, r)
		}
	}
	return kept
}

// roomsOf returns the rooms that opts name, nil for everyone.
func roomsOf(opts *socket.BroadcastOptions) []socket.Room {
	if opts == nil || opts.Rooms == nil || opts.Rooms.Len() == 0 {
		return nil
	}
	return opts.Rooms.Keys()
}

func exceptOf(opts *socket.BroadcastOptions) []socket.Room {
	if opts == nil || opts.Except == nil {
		return nil
	}
	return opts.Except.Keys()
}

func volatile(opts *socket.BroadcastOptions) bool {
	return opts != nil && opts.Flags != nil && opts.Flags.Volatile
}
