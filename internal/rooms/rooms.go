package rooms

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"signaling/internal/adapter"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// Rooms are the rooms of one namespace that its clients join. They are apart
// from the adapter's, which a program joins sockets to: a room may be named like
// one of those, or like a socket's id, and means neither.
//
// What a client is sent about a room is queued under the lock that the change
// itself is made under. So the list in the answer to its join, and the
// peer-joined and peer-left that follow, add up to exactly who is there.
//
// Rooms are safe for concurrent use.
type Rooms struct {
	adapter *adapter.Adapter // immutable

	// mu is taken before the adapter's locks, and may be taken under a lock of a
	// connection's owner. Nothing is written to a connection under it, only queued.
	mu sync.RWMutex
	// guarded by mu
	rooms        map[string]*room
	participants map[*adapter.Member]*participant

	// outside is who is in no room, nil after a change. It is set with mu held
	// for reading and reset with mu held for writing.
	outside atomic.Pointer[outsideList]
}

// room is a room that somebody is in.
type room struct {
	name    string
	present []adapter.Receiver // in the order of their joining
	cards   [][]byte           // {id, name?} of each of present
}

// participant is a member that is in at least one room.
type participant struct {
	member *adapter.Member
	of     *Rooms

	// guarded by the Rooms' mu
	joined      []*room // in the order of its joining them
	leaveReason string  // why its connection ends; empty until it does
}

// Entry is a client's request to be in a room.
type Entry struct {
	Room string
	Name string // of the client, as the others are to see it; may be empty
}

// Capacity bounds how many clients fit into a room, and rooms into a client.
type Capacity struct {
	Peers int // clients in one room
	Rooms int // rooms of one client
}

// New returns the rooms of the adapter's namespace. The adapter's hooks must
// call LeaveAll for each member that leaves it.
func New(a *adapter.Adapter) *Rooms {
	return &Rooms{
		adapter:      a,
		rooms:        make(map[string]*room),
		participants: make(map[*adapter.Member]*participant),
	}
}

// Connect sends a client the reply to its CONNECT, makes it reachable, and puts
// it into the rooms of entries, in one step for all others. If it cannot enter
// them all, it returns why, and nothing has happened. Without a refusal and
// without a member, the client has left already.
func (r *Rooms) Connect(b *engine.Batch, id adapter.SocketID, session *engine.Session, reply []*packet.Packet, entries []Entry, c Capacity) (*adapter.Member, *Refusal) {
	if len(entries) > 0 {
		r.mu.Lock()
		defer r.mu.Unlock()
		if refusal := r.checkLocked(nil, entries, c); refusal != nil {
			return nil, refusal
		}
	}
	m, ok := r.adapter.Connect(b, id, session, reply)
	if !ok {
		return nil, nil
	}
	for _, e := range entries {
		r.enterLocked(b, m, e)
	}
	return m, nil
}

// Join puts a connected member into a room, answers it with who else is there,
// and sends those peer-joined. A member that is there already gets the same
// answer, and nothing is sent to the others.
func (r *Rooms) Join(b *engine.Batch, m *adapter.Member, e Entry, c Capacity, reply Reply) *Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.adapter.Connected(m) {
		return nil // it has left the namespace: LeaveAll would not be called for it again
	}
	joined := r.rooms[e.Room]
	if !r.participants[m].in(joined) {
		if refusal := r.checkLocked(m, []Entry{e}, c); refusal != nil {
			return refusal
		}
		joined = r.enterLocked(b, m, e)
	}
	r.acknowledgeJoinLocked(b, m, reply, joined)
	return nil
}

// checkLocked returns why m, nil for a client that is being connected, cannot
// enter all the rooms of entries, none of which it is in; nil if it can.
func (r *Rooms) checkLocked(m *adapter.Member, entries []Entry, c Capacity) *Refusal {
	n := len(entries)
	if p := r.participants[m]; p != nil {
		n += len(p.joined)
	}
	if n > c.Rooms {
		return tooManyRooms(c.Rooms)
	}
	for _, e := range entries {
		if existing := r.rooms[e.Room]; existing != nil && len(existing.present) >= c.Peers {
			return roomFull(c.Peers)
		}
	}
	return nil
}

// enterLocked puts m into a room that it is not in, and sends the others
// peer-joined.
func (r *Rooms) enterLocked(b *engine.Batch, m *adapter.Member, e Entry) *room {
	entered := r.rooms[e.Room]
	if entered == nil {
		entered = &room{name: e.Room}
		r.rooms[e.Room] = entered
	}
	r.announceJoinedLocked(b, entered, m, e)
	entered.present = append(entered.present, m.Receiver())
	entered.cards = append(entered.cards, card(m, e.Name))
	p := r.participants[m]
	if p == nil {
		p = &participant{member: m, of: r}
		r.participants[m] = p
		r.outside.Store(nil)
	}
	p.joined = append(p.joined, entered)
	return entered
}

// Leave takes a member out of one room, answers it, and sends the others
// peer-left.
func (r *Rooms) Leave(b *engine.Batch, m *adapter.Member, name string, reply Reply) *Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	left, p := r.rooms[name], r.participants[m]
	if !p.in(left) {
		return notInRoom
	}
	r.exitLocked(b, m, left, leftItself)
	if p.joined = slices.DeleteFunc(p.joined, func(other *room) bool { return other == left }); len(p.joined) == 0 {
		r.removeLocked(m)
	}
	r.acknowledgeLeave(b, m, reply, name)
	return nil
}

// exitLocked takes m out of a room's list, and sends those who stay peer-left.
func (r *Rooms) exitLocked(b *engine.Batch, m *adapter.Member, left *room, reason string) {
	i := slices.IndexFunc(left.present, func(other adapter.Receiver) bool { return other.Member == m })
	left.present = slices.Delete(left.present, i, i+1)
	left.cards = slices.Delete(left.cards, i, i+1)
	if len(left.present) == 0 {
		delete(r.rooms, left.name)
		return
	}
	if reason != shuttingDown {
		r.announceLeftLocked(b, left, m, reason)
	}
}

func (r *Rooms) removeLocked(m *adapter.Member) {
	delete(r.participants, m)
	r.outside.Store(nil)
}

// Disconnecting records why the connection of a member ends: LeaveAll sends that
// to the others. Of several reasons the first counts.
func (r *Rooms) Disconnecting(m *adapter.Member, reason string) {
	if !r.HasJoined(m) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.participants[m]; p != nil && p.leaveReason == "" {
		p.leaveReason = reason
	}
}

// HasJoined reports whether the member is in any room.
func (r *Rooms) HasJoined(m *adapter.Member) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.participants[m] != nil
}

// LeaveAll takes a member that has left the namespace out of all its rooms, and
// sends the others peer-left.
func (r *Rooms) LeaveAll(m *adapter.Member) {
	if !r.HasJoined(m) {
		return // without the lock that stops all relays
	}
	var b engine.Batch
	defer b.Flush() // deferred first: it runs when the lock is released
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.participants[m]
	if p == nil {
		return // its own Leave has come between
	}
	r.removeLocked(m)
	// Only a program that disconnects a client while it joins gives no reason.
	reason := cmp.Or(p.leaveReason, "server namespace disconnect")
	for _, left := range p.joined {
		r.exitLocked(&b, m, left, reason)
	}
}

// in reports whether the participant, nil for a member that is in no room, is
// in the given one, nil for none.
func (p *participant) in(r *room) bool { return p != nil && r != nil && slices.Contains(p.joined, r) }
