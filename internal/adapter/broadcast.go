package adapter

import (
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// Scope is the members that events of one member can reach. Its methods are
// called by Relay, with the locks of its caller and the adapter held: of the
// adapter's methods they may call Everyone and In only.
type Scope interface {
	// Receivers returns those that are in any of the rooms of to, each once, or
	// all if to is nil. The sender may be among them. The slice is not changed.
	Receivers(to []socket.Room) []Receiver
	// Recoverable reports whether clients whose session is recovered get the
	// events that they missed.
	Recoverable() bool
}

// Relay sends an event from one member to the others of its scope: to all, or
// if to is not nil, to those in any of its rooms. It goes out with b's next flush.
func (a *Adapter) Relay(b *engine.Batch, from *Member, scope Scope, to []socket.Room, name string, args ...codec.Value) {
	if a.recovery != nil {
		a.relayRecorded(b, from, scope, to, name, args)
		return
	}
	a.SendEvent(b, scope.Receivers(to), from, name, args...)
}

// relayRecorded is Relay for a namespace that keeps events for recovery.
func (a *Adapter) relayRecorded(b *engine.Batch, from *Member, scope Scope, to []socket.Room, name string, args []codec.Value) {
	a.recovery.mu.Lock()
	defer a.recovery.mu.Unlock()
	packets := a.encoder.Event(a.nsp.Name(), name, append(args, codec.Value{JSON: a.recovery.nextOffsetLocked()})...)
	a.recovery.recordLocked(keptEvent{
		packets: packets,
		to:      to,
		except:  []socket.Room{socket.Room(from.ID)},
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
	queue(b, to, except, a.encoder.Event(a.nsp.Name(), name, args...))
}

// SendAck sends a member the acknowledgement of one of its events.
func (a *Adapter) SendAck(b *engine.Batch, to *Member, id uint64, args ...codec.Value) {
	b.Send(to.session, a.encoder.Ack(a.nsp.Name(), id, args...)...)
}

func queue(b *engine.Batch, to []Receiver, except *Member, packets []*engine.Packet) {
	for _, r := range to {
		if r.Member != except {
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
