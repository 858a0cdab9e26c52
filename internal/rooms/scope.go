package rooms

import (
	"slices"

	"signaling/internal/adapter"
)

// scopeLocked returns whom the events of m reach: the others of its rooms, or
// if it is in none, all who are in none.
func (r *Rooms) scopeLocked(m *adapter.Member) adapter.Scope {
	if p := r.participants[m]; p != nil {
		return p
	}
	return outside{r}
}

// Receivers returns the members of the participant's rooms. Those of to are
// named by their id, by a room of the adapter's, or by a room that the
// participant is in. An id comes before a room of that name: a client that calls
// a room after a member does not get what is sent to that member.
//
// The Rooms' mu is held.
func (p *participant) Receivers(to []adapter.Room) []adapter.Receiver {
	if to != nil {
		return p.named(to)
	}
	if len(p.joined) == 1 {
		return p.joined[0].present
	}
	var all []adapter.Receiver
	seen := make(map[*adapter.Member]struct{})
	for _, r := range p.joined {
		all = appendUnseen(all, seen, r.present)
	}
	return all
}

func (p *participant) named(to []adapter.Room) []adapter.Receiver {
	named := p.of.adapter.In(to...)
	found := make([]adapter.Receiver, 0, len(named))
	seen := make(map[*adapter.Member]struct{}, len(named))
	for _, r := range named {
		if p.sharesRoom(p.of.participants[r.Member]) {
			seen[r.Member] = struct{}{}
			found = append(found, r)
		}
	}
	for _, r := range p.joined { // few, where a client may name many in to
		isMember := func(f adapter.Receiver) bool { return string(f.Member.ID) == r.name }
		if slices.Contains(to, adapter.Room(r.name)) && !slices.ContainsFunc(found, isMember) {
			found = appendUnseen(found, seen, r.present)
		}
	}
	return found
}

// Recoverable reports false: a participant that loses its connection leaves its
// rooms, and joins them as a new member. What was sent there in between is not
// for it.
func (p *participant) Recoverable() bool { return false }

// sharesRoom reports whether p and other, nil for a member that is in no room,
// are in the same room.
func (p *participant) sharesRoom(other *participant) bool {
	return other != nil && slices.ContainsFunc(p.joined, other.in)
}

func appendUnseen(all []adapter.Receiver, seen map[*adapter.Member]struct{}, more []adapter.Receiver) []adapter.Receiver {
	for _, r := range more {
		if _, twice := seen[r.Member]; !twice {
			seen[r.Member] = struct{}{}
			all = append(all, r)
		}
	}
	return all
}

// outside is the scope of those who are in no room.
type outside struct{ *Rooms }

// outsideList is who of all connected members is in no room. It holds for one
// state of the membership, which the list of all identifies.
type outsideList struct{ all, rest []adapter.Receiver }

// Receivers returns the members that are in no room. While nobody is in any, that
// is what the adapter returns, without a copy.
//
// The Rooms' mu is held.
func (o outside) Receivers(to []adapter.Room) []adapter.Receiver {
	if to == nil {
		return o.everyone()
	}
	named := o.adapter.In(to...)
	if len(o.participants) == 0 {
		return named
	}
	return o.without(make([]adapter.Receiver, 0, len(named)), named)
}

func (o outside) everyone() []adapter.Receiver {
	all := o.adapter.Everyone()
	if len(o.participants) == 0 || len(all) == 0 {
		return all
	}
	if l := o.outside.Load(); l != nil && len(l.all) == len(all) && &l.all[0] == &all[0] {
		return l.rest
	}
	l := &outsideList{all: all, rest: o.without(nil, all)}
	o.outside.Store(l)
	return l.rest
}

// without appends those of all that are in no room.
func (o outside) without(rest, all []adapter.Receiver) []adapter.Receiver {
	for _, r := range all {
		if o.participants[r.Member] == nil {
			rest = append(rest, r)
		}
	}
	return rest
}

// Recoverable reports true: clients in no room get what they missed.
func (o outside) Recoverable() bool { return true }
