package rooms

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
)

// Presence is who is in which room of a namespace. These are the rooms that
// clients join, know the others of, and talk in among themselves. The module's
// rooms, which a program joins sockets to, are apart from them: a room may be
// named like one of those, or like a socket's id, and means neither.
//
// What a client is told of a room is queued under one lock with the change
// itself: the list in the answer to its join and what it hears later add up to
// exactly who is there. It is safe for concurrent use.
type Presence struct {
	// immutable
	members   *Membership
	namespace string
	encoder   Encoder

	// mu is taken before the locks of recovery and membership. Nothing is
	// written to a connection under it, only queued.
	mu sync.RWMutex
	// guarded by mu
	rooms  map[string]*room
	inside map[*Member]*visit // those in at least one room

	outside atomic.Pointer[outsiders] // stored with mu held for reading, reset for writing
}

// room is a room that somebody is in.
type room struct {
	name    string
	present []Receiver // in the order of their joining
	cards   [][]byte   // how each of present is announced: {id, name?}
}

// visit is what a client that is in rooms does there.
type visit struct {
	rooms  []*room // in the order of its joining them
	reason string  // why its connection ends, once it does
}

// Entry is a client's wish to be in a room.
type Entry struct {
	Room string
	Name string // of the client, as the others are to see it; may be empty
}

// Limits bound what clients can occupy.
type Limits struct {
	Peers int // clients in one room
	Rooms int // rooms of one client
}

func newPresence(members *Membership, namespace string, encoder Encoder) *Presence {
	return &Presence{
		members:   members,
		namespace: namespace,
		encoder:   encoder,
		rooms:     make(map[string]*room),
		inside:    make(map[*Member]*visit),
	}
}

// Join puts a connected member into a room, answers it with who else is there,
// and tells those. It may be there already: the answer is the same, and nobody
// is told.
func (p *Presence) Join(b *engine.Batch, m *Member, e Entry, l Limits, reply Reply) *Refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.members.present(m) {
		return nil // it has left meanwhile, and nobody would take it out again
	}
	r := p.rooms[e.Room]
	if !p.inside[m].in(r) {
		if refusal := p.admitLocked(m, []Entry{e}, l); refusal != nil {
			return refusal
		}
		r = p.enterLocked(b, m, e)
	}
	p.answer(b, m, reply, r)
	return nil
}

// admitLocked tells why m, nil for a client that is only connecting, cannot
// enter all the rooms of entries, none of which it is in.
func (p *Presence) admitLocked(m *Member, entries []Entry, l Limits) *Refusal {
	n := len(entries)
	if v := p.inside[m]; v != nil {
		n += len(v.rooms)
	}
	if n > l.Rooms {
		return tooManyRooms(l.Rooms)
	}
	for _, e := range entries {
		if r := p.rooms[e.Room]; r != nil && len(r.present) >= l.Peers {
			return roomFull(l.Peers)
		}
	}
	return nil
}

// enterLocked puts m into a room that it is not in and tells the others.
func (p *Presence) enterLocked(b *engine.Batch, m *Member, e Entry) *room {
	r := p.rooms[e.Room]
	if r == nil {
		r = &room{name: e.Room}
		p.rooms[e.Room] = r
	} else {
		p.tell(b, r, m, p.peerJoined(m, e))
	}
	r.present = append(r.present, Receiver{m, m.session})
	r.cards = append(r.cards, card(m, e.Name))
	v := p.inside[m]
	if v == nil {
		v = new(visit)
		p.inside[m] = v
		p.outside.Store(nil)
	}
	v.rooms = append(v.rooms, r)
	return r
}

// Leave takes a member out of one room, answers it, and tells the others.
func (p *Presence) Leave(b *engine.Batch, m *Member, name string, reply Reply) *Refusal {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, v := p.rooms[name], p.inside[m]
	if !v.in(r) {
		return notInRoom
	}
	p.exitLocked(b, m, r, left)
	if v.rooms = slices.DeleteFunc(v.rooms, func(other *room) bool { return other == r }); len(v.rooms) == 0 {
		p.forgetLocked(m)
	}
	p.answerLeave(b, m, reply, name)
	return nil
}

// exitLocked takes m out of a room's list and tells those that stay.
func (p *Presence) exitLocked(b *engine.Batch, m *Member, r *room, reason string) {
	i := slices.IndexFunc(r.present, func(other Receiver) bool { return other.Member == m })
	r.present = slices.Delete(r.present, i, i+1)
	r.cards = slices.Delete(r.cards, i, i+1)
	if len(r.present) == 0 {
		delete(p.rooms, r.name)
		return
	}
	if reason == shuttingDown {
		return
	}
	p.tell(b, r, m, p.peerLeft(m, r.name, reason))
}

func (p *Presence) forgetLocked(m *Member) {
	delete(p.inside, m)
	p.outside.Store(nil)
}

// Ending notes why the connection of a member ends, which drop tells the
// others. The first reason counts.
func (p *Presence) Ending(m *Member, reason string) {
	if !p.visits(m) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := p.inside[m]; v != nil && v.reason == "" {
		v.reason = reason
	}
}

// visits tells whether the member is in any room. A server on which nobody is
// need not stop its traffic for those who come and go.
func (p *Presence) visits(m *Member) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.inside[m] != nil
}

// hasVisitor tells whether the socket is in any room.
func (p *Presence) hasVisitor(id socket.SocketId) bool {
	m := p.members.find(id)
	return m != nil && p.visits(m)
}

// drop takes a member that is not connected any more out of all its rooms.
func (p *Presence) drop(m *Member) {
	if !p.visits(m) {
		return
	}
	var b engine.Batch
	defer b.Flush() // without the lock, which is deferred later
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.inside[m]
	if v == nil {
		return // it has just left the last one itself
	}
	p.forgetLocked(m)
	// Only a program that disconnects a client while it joins leaves no reason.
	reason := cmp.Or(v.reason, "server namespace disconnect")
	for _, r := range v.rooms {
		p.exitLocked(&b, m, r, reason)
	}
}

// in tells whether the visit, nil for a client in no room, is to room r, nil
// for none.
func (v *visit) in(r *room) bool { return v != nil && r != nil && slices.Contains(v.rooms, r) }

// tell queues packets to everyone in the room but m.
func (p *Presence) tell(b *engine.Batch, r *room, m *Member, packets []*engine.Packet) {
	for _, other := range r.present {
		if other.Member != m {
			b.Send(other.Session, packets...)
		}
	}
}
