package adapter

import (
	"slices"
	"sync"
	"sync/atomic"

	"signaling/internal/engine"
)

// Member is a socket of one namespace. From when it is connected until it leaves
// it is in the room of its own id.
type Member struct {
	ID SocketID // immutable

	session *engine.Session // set once, when the socket is connected

	// guarded by the Membership's mu
	rooms []Room // without the one of its own id
	index int    // in the Membership's list; -1: not connected
}

// Session returns the session that the member is, or was, reached through; nil
// if it never was connected.
func (m *Member) Session() *engine.Session { return m.session }

// Receiver returns the member as a receiver. It must have been connected.
func (m *Member) Receiver() Receiver { return Receiver{m, m.session} }

// Membership is who is in one namespace, and in which of its rooms. It is safe
// for concurrent use.
type Membership struct {
	mu sync.RWMutex
	// guarded by mu
	members map[SocketID]*Member
	rooms   map[Room]map[*Member]struct{} // without the rooms of single members
	list    []*Member                     // those that are connected

	// everyone is a copy of list for readers, nil after a change.
	everyone atomic.Pointer[[]Receiver]
}

// Receiver is a connected member, and the session that it is reached through.
type Receiver struct {
	Member  *Member
	Session *engine.Session
}

func newMembership() *Membership {
	return &Membership{
		members: make(map[SocketID]*Member),
		rooms:   make(map[Room]map[*Member]struct{}),
	}
}

// join adds the member to rooms and returns the rooms that were new to it, and
// those of them that did not exist before.
func (m *Membership) join(id SocketID, rooms []Room) (entered, created []Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	member := m.members[id]
	if member == nil {
		member = &Member{ID: id, index: -1}
		m.members[id] = member
	}
	for _, room := range rooms {
		if room == Room(id) || slices.Contains(member.rooms, room) {
			continue
		}
		member.rooms = append(member.rooms, room)
		entered = append(entered, room)
		if m.rooms[room] == nil {
			m.rooms[room] = make(map[*Member]struct{})
			created = append(created, room)
		}
		m.rooms[room][member] = struct{}{}
	}
	return entered, created
}

// connect makes a member reachable through session. It reports false if the
// socket has left, or is connected already.
func (m *Membership) connect(id SocketID, session *engine.Session) (*Member, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	member := m.members[id]
	if member == nil || member.index >= 0 {
		return nil, false
	}
	member.session, member.index = session, len(m.list)
	m.list = append(m.list, member)
	m.everyone.Store(nil)
	return member, true
}

// Find returns the member with the id, nil if there is none.
func (m *Membership) Find(id SocketID) *Member {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.members[id]
}

// Connected reports whether the member is connected. One that has left never
// is again.
func (m *Membership) Connected(member *Member) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return member.index >= 0
}

// leave takes the member out of one room. It reports whether the member was
// there, and whether the room is empty now.
func (m *Membership) leave(id SocketID, room Room) (left, emptied bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	member := m.members[id]
	if member == nil {
		return false, false
	}
	i := slices.Index(member.rooms, room)
	if i < 0 {
		return false, false
	}
	member.rooms = slices.Delete(member.rooms, i, i+1)
	return true, m.removeLocked(member, room)
}

// leaveAll removes the member. It returns the member, nil if there was none, the
// rooms it was in, and those of them that are empty now.
func (m *Membership) leaveAll(id SocketID) (member *Member, left, emptied []Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	member = m.members[id]
	if member == nil {
		return nil, nil, nil
	}
	delete(m.members, id)
	if len(m.members) == 0 {
		m.members = make(map[SocketID]*Member)
	}
	for _, room := range member.rooms {
		if m.removeLocked(member, room) {
			emptied = append(emptied, room)
		}
	}
	left, member.rooms = member.rooms, nil
	if member.index >= 0 {
		last := len(m.list) - 1
		m.list[member.index] = m.list[last]
		m.list[member.index].index = member.index
		m.list[last] = nil
		if m.list = m.list[:last]; last == 0 {
			m.list = nil
		}
		member.index = -1
		m.everyone.Store(nil)
	}
	return member, left, emptied
}

// removeLocked removes a member from the table of a room, and reports whether the
// room is empty now.
func (m *Membership) removeLocked(member *Member, room Room) (emptied bool) {
	delete(m.rooms[room], member)
	if len(m.rooms[room]) > 0 {
		return false
	}
	delete(m.rooms, room)
	return true
}

// roomsOf returns the rooms of a member, its own first; nil for no member.
func (m *Membership) roomsOf(id SocketID) []Room {
	m.mu.RLock()
	defer m.mu.RUnlock()
	member := m.members[id]
	if member == nil {
		return nil
	}
	rooms := make([]Room, 0, 1+len(member.rooms))
	if member.index >= 0 {
		rooms = append(rooms, Room(id))
	}
	return append(rooms, member.rooms...)
}

// snapshot returns the rooms of all connected members.
func (m *Membership) snapshot() map[SocketID][]Room {
	all := make(map[SocketID][]Room)
	for _, r := range m.Everyone() {
		all[r.Member.ID] = m.roomsOf(r.Member.ID)
	}
	return all
}

// Everyone returns the connected members as they are now. The slice is shared:
// it must not be changed.
func (m *Membership) Everyone() []Receiver {
	if all := m.everyone.Load(); all != nil {
		return *all
	}
	m.mu.Lock() // so that only one reader builds the copy
	defer m.mu.Unlock()
	if all := m.everyone.Load(); all != nil {
		return *all
	}
	all := make([]Receiver, len(m.list))
	for i, member := range m.list {
		all[i] = Receiver{member, member.session}
	}
	m.everyone.Store(&all)
	return all
}

// In returns the connected members of any of the rooms, each once. A member is
// in the room of its own id.
func (m *Membership) In(rooms ...Room) []Receiver {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var found []Receiver
	var seen map[*Member]struct{} // only where a member could be found twice
	if len(rooms) > 1 || len(rooms) == 1 && len(m.rooms[rooms[0]]) > 0 {
		seen = make(map[*Member]struct{})
	}
	add := func(member *Member) {
		if _, twice := seen[member]; twice || member.index < 0 {
			return
		}
		if seen != nil {
			seen[member] = struct{}{}
		}
		found = append(found, Receiver{member, member.session})
	}
	for _, room := range rooms {
		if own := m.members[SocketID(room)]; own != nil {
			add(own)
		}
		for member := range m.rooms[room] {
			add(member)
		}
	}
	return found
}
