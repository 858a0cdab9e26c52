package rooms

import (
	"slices"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// outsiders is who of all the connected members is in no room. It holds for
// one state of the membership, which it tells by the list of all.
type outsiders struct{ all, rest []Receiver }

// audienceLocked returns whom an event of m reaches, m itself perhaps among
// them: the others of its rooms, or if it is in none, everyone in none. The
// slice must not be changed.
func (p *Presence) audienceLocked(m *Member) []Receiver {
	v := p.inside[m]
	switch {
	case v == nil:
		return p.outsidersLocked()
	case len(v.rooms) == 1:
		return v.rooms[0].present
	}
	var all []Receiver
	seen := make(map[*Member]struct{})
	for _, r := range v.rooms {
		all = appendUnseen(all, seen, r.present)
	}
	return all
}

func appendUnseen(all []Receiver, seen map[*Member]struct{}, more []Receiver) []Receiver {
	for _, r := range more {
		if _, twice := seen[r.Member]; !twice {
			seen[r.Member] = struct{}{}
			all = append(all, r)
		}
	}
	return all
}

func (p *Presence) outsidersLocked() []Receiver {
	all := p.members.Everyone()
	if len(p.inside) == 0 || len(all) == 0 {
		return all
	}
	if o := p.outside.Load(); o != nil && len(o.all) == len(all) && &o.all[0] == &all[0] {
		return o.rest
	}
	o := &outsiders{all: all}
	for _, r := range all {
		if p.inside[r.Member] == nil {
			o.rest = append(o.rest, r)
		}
	}
	p.outside.Store(o)
	return o.rest
}

// togetherLocked tells whether what one says can reach the other: they share a
// room, or both are in none.
func (p *Presence) togetherLocked(a, b *Member) bool {
	mine, theirs := p.inside[a], p.inside[b]
	if mine == nil || theirs == nil {
		return mine == nil && theirs == nil
	}
	return slices.ContainsFunc(mine.rooms, theirs.in)
}

// amongLocked returns those of m's audience that the channels name: by their
// id, by a room of the module's, or by a room that m is in. An id of the
// audience comes before a room of that name: who calls a room after somebody
// shall not hear what is meant for them.
func (p *Presence) amongLocked(m *Member, channels []socket.Room) []Receiver {
	named := p.members.In(channels...)
	if len(p.inside) == 0 {
		return named
	}
	found := make([]Receiver, 0, len(named))
	seen := make(map[*Member]struct{}, len(named))
	for _, r := range named {
		if p.togetherLocked(m, r.Member) {
			seen[r.Member] = struct{}{}
			found = append(found, r)
		}
	}
	v := p.inside[m]
	if v == nil {
		return found
	}
	for _, r := range v.rooms { // few, where a client may name many channels
		called := func(f Receiver) bool { return string(f.Member.ID) == r.name }
		if slices.Contains(channels, socket.Room(r.name)) && !slices.ContainsFunc(found, called) {
			found = appendUnseen(found, seen, r.present)
		}
	}
	return found
}

// Signal sends an event to one member that shares a room with the sender.
func (p *Presence) Signal(b *engine.Batch, from *Member, to socket.SocketId, name string, arg codec.Value) *Refusal {
	p.mu.RLock()
	defer p.mu.RUnlock()
	peer := p.members.find(to)
	if peer == nil || peer == from || p.inside[peer] == nil || !p.togetherLocked(from, peer) {
		return unknownPeer
	}
	b.Send(peer.session, p.encoder.Event(p.namespace, name, arg)...)
	return nil
}
