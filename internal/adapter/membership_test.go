package adapter

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"signaling/internal/engine"
)

// model is a membership as naive as can be: all that is known is who is in what.
type model struct {
	rooms     map[SocketID]map[Room]bool // of those that are known
	connected map[SocketID]*engine.Session
}

func newModel() *model {
	return &model{make(map[SocketID]map[Room]bool), make(map[SocketID]*engine.Session)}
}

// occupied reports whether anybody is in a room that has been joined.
func (m *model) occupied(room Room) bool {
	for _, rooms := range m.rooms {
		if rooms[room] {
			return true
		}
	}
	return false
}

func (m *model) join(id SocketID, rooms []Room) (entered, created []Room) {
	if m.rooms[id] == nil {
		m.rooms[id] = make(map[Room]bool)
	}
	for _, room := range rooms {
		if room == Room(id) || m.rooms[id][room] {
			continue
		}
		if !m.occupied(room) {
			created = append(created, room)
		}
		m.rooms[id][room] = true
		entered = append(entered, room)
	}
	return entered, created
}

func (m *model) connect(id SocketID, session *engine.Session) bool {
	if m.rooms[id] == nil || m.connected[id] != nil {
		return false
	}
	m.connected[id] = session
	return true
}

func (m *model) leave(id SocketID, room Room) (left, emptied bool) {
	left = m.rooms[id][room]
	delete(m.rooms[id], room)
	return left, left && !m.occupied(room)
}

func (m *model) leaveAll(id SocketID) (known bool, left, emptied []Room) {
	rooms := m.rooms[id]
	known = rooms != nil
	delete(m.rooms, id)
	delete(m.connected, id)
	for room := range rooms {
		left = append(left, room)
		if !m.occupied(room) {
			emptied = append(emptied, room)
		}
	}
	return known, left, emptied
}

func (m *model) in(rooms []Room) (ids []string) {
	for id := range m.connected {
		if slices.ContainsFunc(rooms, func(r Room) bool { return r == Room(id) || m.rooms[id][r] }) {
			ids = append(ids, string(id))
		}
	}
	slices.Sort(ids)
	return ids
}

func sorted[S ~[]E, E ~string](s S) S {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// ids returns who the receivers are, sorted; one that is named twice shows.
func ids(receivers []Receiver) (all []string) {
	for _, r := range receivers {
		all = append(all, string(r.Member.ID))
	}
	slices.Sort(all)
	return all
}

// compare asks both for all there is to know.
func (m *model) compare(t *testing.T, real *Membership, rooms []Room, names []SocketID) {
	t.Helper()
	everyone := real.Everyone()
	var want []string
	for id := range m.connected {
		want = append(want, string(id))
	}
	slices.Sort(want)
	if got := ids(everyone); !slices.Equal(got, want) {
		t.Fatalf("everyone is %v, want %v", got, want)
	}
	for _, r := range everyone {
		if r.Session != m.connected[r.Member.ID] {
			t.Fatalf("%s is reached through another session than it connected with", r.Member.ID)
		}
	}
	if got, want := ids(real.In(rooms...)), m.in(rooms); !slices.Equal(got, want) {
		t.Fatalf("in %v are %v, want %v", rooms, got, want)
	}
	for _, id := range names {
		var want []Room
		if m.rooms[id] != nil {
			want = slices.AppendSeq(make([]Room, 0), maps.Keys(m.rooms[id]))
		}
		if m.connected[id] != nil {
			want = append(want, Room(id))
		}
		got := real.roomsOf(id)
		if !slices.Equal(sorted(got), sorted(want)) || (got == nil) != (m.rooms[id] == nil) {
			t.Fatalf("%s is in %v, want %v", id, got, want)
		}
	}
}

func TestMembershipAgreesWithTheModel(t *testing.T) {
	var names []SocketID
	var rooms []Room
	for i := range 8 {
		names = append(names, SocketID(fmt.Sprint("s", i)))
		rooms = append(rooms, Room(fmt.Sprint("r", i)), Room(names[i])) // rooms of others' ids too
	}
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		some := func() (chosen []Room) {
			for range random.IntN(4) { // with duplicates
				chosen = append(chosen, rooms[random.IntN(len(rooms))])
			}
			return chosen
		}
		real, want := newMembership(), newModel()
		for range 1000 {
			id := names[random.IntN(len(names))]
			switch random.IntN(7) {
			case 0, 1, 2:
				list := some()
				entered, created := real.join(id, list)
				wantEntered, wantCreated := want.join(id, list)
				if !slices.Equal(entered, wantEntered) || !slices.Equal(created, wantCreated) {
					t.Fatalf("%s joins %v: entered %v, created %v; want %v, %v", id, list, entered, created, wantEntered, wantCreated)
				}
			case 3:
				session := new(engine.Session)
				m, ok := real.connect(id, session)
				if wantOK := want.connect(id, session); ok != wantOK || ok && (m.ID != id || m.Session() != session) {
					t.Fatalf("%s connects: %v, want %v", id, ok, wantOK)
				}
			case 4, 5:
				room := rooms[random.IntN(len(rooms))]
				left, emptied := real.leave(id, room)
				if wantLeft, wantEmptied := want.leave(id, room); left != wantLeft || emptied != wantEmptied {
					t.Fatalf("%s leaves %s: %v, emptied %v; want %v, %v", id, room, left, emptied, wantLeft, wantEmptied)
				}
			case 6:
				m, left, emptied := real.leaveAll(id)
				known, wantLeft, wantEmptied := want.leaveAll(id)
				if (m != nil) != known || !slices.Equal(sorted(left), sorted(wantLeft)) || !slices.Equal(sorted(emptied), sorted(wantEmptied)) {
					t.Fatalf("%s leaves all: %v, emptied %v; want %v, %v", id, left, emptied, wantLeft, wantEmptied)
				}
			}
			want.compare(t, real, some(), names)
		}
	}
}

func TestMembersOfRooms(t *testing.T) {
	m := newMembership()
	for _, id := range []SocketID{"a", "b", "c", "d"} {
		m.join(id, []Room{Room(id)})
		if id != "d" { // d is not connected yet
			m.connect(id, new(engine.Session))
		}
	}
	m.join("a", []Room{"x", "y"})
	m.join("b", []Room{"x", "a"}) // a room that is somebody's id
	m.join("d", []Room{"x", "y"})
	for _, row := range []struct {
		name  string
		rooms []Room
		want  []string
	}{
		{"no rooms", nil, nil},
		{"a room that nobody is in", []Room{"z"}, nil},
		{"a room", []Room{"x"}, []string{"a", "b"}},
		{"the same room twice", []Room{"x", "x"}, []string{"a", "b"}},
		{"rooms that overlap", []Room{"x", "y"}, []string{"a", "b"}},
		{"a member's own room", []Room{"c"}, []string{"c"}},
		{"a member's own room twice", []Room{"c", "c"}, []string{"c"}},
		{"a member's own room, which another has joined", []Room{"a"}, []string{"a", "b"}},
		{"own rooms and others", []Room{"x", "a", "b", "c", "y"}, []string{"a", "b", "c"}},
		{"somebody who is not connected yet", []Room{"d"}, nil},
		{"the room without a name", []Room{""}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := ids(m.In(row.rooms...)); !slices.Equal(got, row.want) {
				t.Errorf("in %v are %v, want %v", row.rooms, got, row.want)
			}
		})
	}
}

func TestSnapshotOfEveryoneStaysAsItWas(t *testing.T) {
	m := newMembership()
	for _, id := range []SocketID{"a", "b", "c"} {
		m.join(id, nil)
		m.connect(id, new(engine.Session))
	}
	before := m.Everyone()
	m.leaveAll("a")
	m.join("d", nil)
	m.connect("d", new(engine.Session))
	if got, want := ids(before), []string{"a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("the snapshot has become %v, was %v", got, want)
	}
	if got, want := ids(m.Everyone()), []string{"b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("everyone is %v, want %v", got, want)
	}
}

func TestEmptiedMembershipKeepsNothing(t *testing.T) {
	m := newMembership()
	for i := range 100 {
		id := SocketID(fmt.Sprint(i))
		m.join(id, []Room{"x", Room(fmt.Sprint("room", i))})
		m.connect(id, new(engine.Session))
	}
	for i := range 100 {
		m.leaveAll(SocketID(fmt.Sprint(i)))
	}
	if len(m.members)+len(m.rooms)+len(m.list)+len(m.Everyone()) != 0 {
		t.Errorf("%d members, %d rooms, %d connected are left", len(m.members), len(m.rooms), len(m.list))
	}
}

func TestMembershipIsSafeForConcurrentUse(t *testing.T) {
	m := newMembership()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			id := SocketID(fmt.Sprint(i))
			for n := range 500 {
				m.join(id, []Room{"x", Room(fmt.Sprint(n % 10))})
				m.connect(id, new(engine.Session))
				for _, r := range m.In("x", Room(id)) {
					if r.Session == nil {
						t.Error("a receiver has no session")
					}
				}
				m.Everyone()
				m.leave(id, "x")
				m.leaveAll(id)
			}
		})
	}
	all.Wait()
	if got := len(m.Everyone()); got != 0 {
		t.Errorf("%d members are left", got)
	}
}
