package handlers

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

var churnTime = flag.Duration("churn", 8*time.Second, "how long TestPresenceUnderChurn goes on")

const (
	churnClients = 200
	churnRooms   = 20
)

// guest keeps its own idea of who is in its rooms, from what it is told, and
// compares it with the server's in each answer to a join: that list stands in
// the order of the events, so the two must be equal, whatever is in flight.
type guest struct {
	*visitor

	mu sync.Mutex
	// guarded by mu, changed by the reader
	seen     map[string]map[string]bool // by room: the ids of the others; nil before the first list
	compared int
}

func (g *guest) heard(event string, arg json.RawMessage) error {
	var about struct{ Room, ID, Reason string }
	if err := json.Unmarshal(arg, &about); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	there, inside := g.seen[about.Room]
	switch {
	case !inside:
		return objectf("%s, which is not in that room, gets %s %s", g.ID, event, arg)
	case there == nil:
		return nil // in the room by its URL, and has not asked yet who is there
	case event == "peer-joined" && about.ID != g.ID && !there[about.ID]:
		there[about.ID] = true
	case event == "peer-left" && there[about.ID] && about.Reason != "":
		delete(there, about.ID)
	default:
		return objectf("%s, which sees %d others, that one among them: %t, gets %s %s", g.ID, len(there), there[about.ID], event, arg)
	}
	return nil
}

func (g *guest) answered(r request, a answer) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	there, inside := g.seen[r.room]
	switch {
	case !a.OK:
		if inside || r.event == "join" {
			return objectf("%s: %s %s is answered %v", g.ID, r.event, r.room, a.Error)
		}
	case r.event == "leave":
		if !inside {
			return objectf("%s has left %s, where it was not", g.ID, r.room)
		}
		delete(g.seen, r.room)
	default:
		listed := make(map[string]bool, len(a.Peers))
		for _, peer := range a.Peers {
			listed[peer.ID] = true
		}
		if len(listed) != len(a.Peers) || listed[g.ID] || a.Room != r.room || a.ID != g.ID {
			return objectf("%s: join %s is answered %v", g.ID, r.room, a)
		}
		if there != nil && !maps.Equal(there, listed) {
			return objectf("%s sees in %s %s", g.ID, r.room, difference(there, listed))
		}
		if there != nil {
			g.compared++
		}
		g.seen[r.room] = listed
	}
	return nil
}

// come connects a guest, in a room of its URL now and then.
func come(addr string, r *rand.Rand) (*guest, error) {
	query, seen := "", map[string]map[string]bool{}
	if r.IntN(2) == 0 {
		room := churnRoom(r)
		query, seen[room] = "&room="+room, nil
	}
	v, err := visit(addr, query)
	if err != nil {
		return nil, err
	}
	g := &guest{visitor: v, seen: seen}
	v.listener = g
	go v.read() // ends with stop
	return g, nil
}

func churnRoom(r *rand.Rand) string { return fmt.Sprint("room", r.IntN(churnRooms)) }

// live lets guests come, join, leave and drop, one after the other, until the
// time is over. It returns the last one, who stays.
func live(addr string, r *rand.Rand, end time.Time, compared *counter) (*guest, error) {
	g, err := come(addr, r)
	for err == nil && time.Now().Before(end) {
		time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
		switch r.IntN(8) {
		case 0, 1, 2:
			_, err = g.ask("join", churnRoom(r))
		case 3, 4:
			err = g.compare()
		case 5:
			_, err = g.ask("leave", churnRoom(r))
		case 6:
			err = g.stayInOne(r)
		case 7:
			if err = g.stop(); err == nil {
				compared.add(g.compared)
				g, err = come(addr, r)
			}
		}
	}
	return g, err
}

// compare asks for the lists of all its rooms.
func (g *guest) compare() error {
	for room := range g.view() {
		if _, err := g.ask("join", room); err != nil {
			return err
		}
	}
	return nil
}

// stayInOne leaves all rooms but one at most.
func (g *guest) stayInOne(r *rand.Rand) error {
	for i, room := range slices.Sorted(maps.Keys(g.view())) {
		if i == 0 && r.IntN(2) == 0 {
			continue
		}
		if _, err := g.ask("leave", room); err != nil {
			return err
		}
	}
	return nil
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

// 200 clients join, leave and drop at random in 20 rooms. What each one knows
// of who is there is, at every answer, what the server knows; and at the end
// all know the same.
func TestPresenceUnderChurn(t *testing.T) {
	limits := DefaultLimits
	limits.RoomPeers, limits.ClientRooms = churnClients, churnRooms
	s := newStage(t, limits)
	end := time.Now().Add(*churnTime)
	guests, errs := make([]*guest, churnClients), make(chan error, churnClients)
	var compared counter
	var wait sync.WaitGroup
	for i := range guests {
		wait.Go(func() {
			var err error
			if guests[i], err = live(s.addr, rand.New(rand.NewPCG(1, uint64(i))), end, &compared); err != nil {
				errs <- err
			}
		})
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		t.Fatal(err)
	}
	compareAtTheEnd(t, s, guests)
	for _, g := range guests {
		compared.add(g.compared)
		if err := g.stop(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d lists were compared", compared.n)
	if compared.n == 0 {
		t.Error("no list was compared")
	}
}

// compareAtTheEnd lets everyone ask for the list of each of its rooms, which
// compares it, and compares those with each other.
func compareAtTheEnd(t *testing.T, s *stage, guests []*guest) {
	t.Helper()
	s.waitFor("the server has noticed who has gone", func() bool { return s.io.Sockets().Sockets().Len() == churnClients })
	inside := map[string]map[string]bool{} // by room: who believes to be in it
	for _, g := range guests {
		if err := g.compare(); err != nil {
			t.Fatal(err)
		}
		for room := range g.view() {
			if inside[room] == nil {
				inside[room] = map[string]bool{}
			}
			inside[room][g.ID] = true
		}
	}
	for _, g := range guests {
		for room, there := range g.view() {
			others := maps.Clone(inside[room])
			delete(others, g.ID)
			if !maps.Equal(there, others) {
				t.Errorf("%s sees in %s %s", g.ID, room, difference(there, others))
			}
		}
	}
}

// view is a copy of what the guest sees.
func (g *guest) view() map[string]map[string]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	rooms := make(map[string]map[string]bool)
	for room, there := range g.seen {
		rooms[room] = maps.Clone(there)
	}
	return rooms
}

// difference tells how what somebody sees differs from the truth.
func difference(seen, truth map[string]bool) string {
	without := func(a, b map[string]bool) (rest []string) {
		for id := range a {
			if !b[id] {
				rest = append(rest, id)
			}
		}
		return rest
	}
	return fmt.Sprintf("%v, who are not there, and not %v", without(seen, truth), without(truth, seen))
}
