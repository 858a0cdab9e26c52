package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"signaling/internal/wiretest"
)

// roomSet is the reference: the set of rooms that somebody is in.
type roomSet map[string]bool

// hear reports whether what is said by one in these rooms reaches one in those.
func (r roomSet) hear(other roomSet) bool {
	for room := range r {
		if other[room] {
			return true
		}
	}
	return len(r) == 0 && len(other) == 0
}

// said is the payload of everything that is said: who says it and where they
// are, as they know from the last answer they got.
type said struct {
	From  int
	N     int
	Rooms []string
	To    string // a room it is meant for, or "" for everyone who may hear it
}

// groupie says things in its rooms, and checks that it hears nothing of others'.
type groupie struct {
	*visitor
	index int
	said  int

	mu sync.Mutex
	// guarded by mu, changed by the reader as answers arrive
	rooms roomSet
	got   []said
}

func (g *groupie) answered(r request, a answer) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case a.OK && r.event == "join":
		g.rooms[r.room] = true
	case a.OK && r.event == "leave":
		delete(g.rooms, r.room)
	}
	return nil
}

// heard checks what arrives against where the receiver is by what has arrived
// before: the server tells it both in one order.
func (g *groupie) heard(event string, arg json.RawMessage) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch event {
	case "peer-joined", "peer-left":
		var about struct{ Room, ID string }
		if err := json.Unmarshal(arg, &about); err != nil || !g.rooms[about.Room] {
			return objectf("%d in %v hears of room %q: %s", g.index, g.rooms, about.Room, arg)
		}
		return nil
	case "signal":
		var wrapped struct {
			From string
			Data json.RawMessage
		}
		if err := json.Unmarshal(arg, &wrapped); err != nil {
			return err
		}
		arg = wrapped.Data
	}
	var s said
	if err := json.Unmarshal(arg, &s); err != nil {
		return fmt.Errorf("%s %s: %w", event, arg, err)
	}
	speaker := roomSet{}
	for _, room := range s.Rooms {
		speaker[room] = true
	}
	if !speaker.hear(g.rooms) || s.To != "" && !g.rooms[s.To] {
		return objectf("%d in %v hears a %s from %d in %v, meant for %q", g.index, g.rooms, event, s.From, s.Rooms, s.To)
	}
	g.got = append(g.got, s)
	return nil
}

// inside is a copy of the rooms it is in.
func (g *groupie) inside() roomSet {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.rooms)
}

var groupRooms = []string{"red", "blue"}

// say says one thing and returns whom of the others it should reach, if
// everybody stays where they are.
func (g *groupie) say(r *rand.Rand, all []*groupie) (receivers []int, err error) {
	here := g.inside()
	g.said++
	s := said{From: g.index, N: g.said, Rooms: slices.Sorted(maps.Keys(here))}
	peer := all[r.IntN(len(all))]
	room := groupRooms[r.IntN(len(groupRooms))]
	reaches := func(other *groupie) bool { return true }
	event, body := []string{"offer", "answer", "onicecandidate"}[r.IntN(3)], "%s"
	switch r.IntN(5) {
	case 0:
		event, body = "message", `{"channel":[],"message":%s}`
	case 1:
		event, body = "message", fmt.Sprintf(`{"channel":%q,"message":%%s}`, room)
		s.To = room
		reaches = func(other *groupie) bool { return here[room] && other.inside()[room] }
	case 2:
		event, body = "message", fmt.Sprintf(`{"channel":%q,"message":%%s}`, peer.ID)
		reaches = func(other *groupie) bool { return other == peer }
	case 3:
		event, body = "signal", fmt.Sprintf(`{"to":%q,"data":%%s}`, peer.ID)
		reaches = func(other *groupie) bool { return other == peer && len(here) > 0 }
	}
	for _, other := range all {
		if other != g && here.hear(other.inside()) && reaches(other) {
			receivers = append(receivers, other.index)
		}
	}
	payload, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return receivers, g.Write(wiretest.Texts(fmt.Sprintf(`42[%q,`+body+`]`, event, payload))...)
}

// wander says things, joins and leaves, at random.
func (g *groupie) wander(r *rand.Rand, all []*groupie, steps int) (err error) {
	for range steps {
		room := groupRooms[r.IntN(len(groupRooms))]
		switch r.IntN(8) {
		case 0:
			_, err = g.ask("join", room)
		case 1:
			_, err = g.ask("leave", room)
		default:
			_, err = g.say(r, all)
		}
		if err != nil {
			return err
		}
	}
	return g.settle()
}

// Two rooms and two outsiders say things at once while they come and go, and
// nobody hears anything of another group. Then they stay where they are, and
// everybody hears exactly what the reference says, in each speaker's order.
func TestNobodyHearsAnotherGroup(t *testing.T) {
	s := newStage(t, DefaultLimits)
	for seed := range uint64(100) {
		if !t.Run(fmt.Sprint("interleaving ", seed), func(t *testing.T) { interleave(t, s.addr, seed) }) {
			return
		}
	}
}

func interleave(t *testing.T, addr string, seed uint64) {
	all := make([]*groupie, 6)
	for i := range all {
		query := []string{"&room=red", "&room=blue", ""}[i%3]
		v, err := visit(addr, query)
		if err != nil {
			t.Fatal(err)
		}
		g := &groupie{visitor: v, index: i, rooms: roomSet{}}
		if i%3 < 2 {
			g.rooms[groupRooms[i%3]] = true
		}
		v.listener = g
		go v.read() // ends with stop
		t.Cleanup(func() {
			if err := v.stop(); err != nil {
				t.Error(err)
			}
		})
		all[i] = g
	}
	atOnce(t, all, func(g *groupie) error {
		return g.wander(rand.New(rand.NewPCG(seed, uint64(g.index))), all, 16)
	})
	atOnce(t, all, (*groupie).settle) // the others' last words are heard too
	for _, g := range all {
		g.mu.Lock()
		g.got = nil
		g.mu.Unlock()
	}

	want := make([][]said, len(all)) // by receiver; of several speakers, one after the other
	var mu sync.Mutex
	atOnce(t, all, func(g *groupie) error {
		r := rand.New(rand.NewPCG(seed, uint64(100+g.index)))
		for range 8 {
			receivers, err := g.say(r, all)
			if err != nil {
				return err
			}
			mu.Lock()
			for _, i := range receivers {
				want[i] = append(want[i], said{From: g.index, N: g.said})
			}
			mu.Unlock()
		}
		return g.settle()
	})
	atOnce(t, all, (*groupie).settle)
	for i, g := range all {
		g.mu.Lock()
		for speaker := range all {
			if got, want := numbers(g.got, speaker), numbers(want[i], speaker); !slices.Equal(got, want) {
				t.Errorf("%d in %v heard %v of %d in %v, want %v", i, g.rooms, got, speaker, all[speaker].rooms, want)
			}
		}
		g.mu.Unlock()
	}
}

// numbers returns what one of the speakers said, in order.
func numbers(all []said, speaker int) (n []int) {
	for _, s := range all {
		if s.From == speaker {
			n = append(n, s.N)
		}
	}
	return n
}

// atOnce lets all do something at the same time and waits for them.
func atOnce(t *testing.T, all []*groupie, do func(*groupie) error) {
	t.Helper()
	var wait sync.WaitGroup
	failed := make(chan error, len(all))
	for _, g := range all {
		wait.Go(func() {
			if err := do(g); err != nil {
				failed <- fmt.Errorf("%d: %w", g.index, err)
			}
		})
	}
	wait.Wait()
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
}
