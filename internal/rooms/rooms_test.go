package rooms

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/engine"
)

// plenty is a capacity that no test reaches.
var plenty = Capacity{Peers: 1000, Rooms: 999}

// hooks are those of a namespace without sockets of the module's.
type hooks struct{ *Rooms }

func (h hooks) Connecting(*socket.Socket)          {}
func (h hooks) MemberLeft(m *adapter.Member)       { h.LeaveAll(m) }
func (h hooks) Recoverable(m *adapter.Member) bool { return !h.HasJoined(m) }
func (h hooks) Closed()                            {}

// ignorant is an engine.Handler that does nothing.
type ignorant struct{}

func (ignorant) Opened(*engine.Session, *engine.Batch)                 {}
func (ignorant) Received(*engine.Session, *engine.Batch, []byte, bool) {}
func (ignorant) Closed(*engine.Session, engine.Reason)                 {}

// namespace returns the rooms of a namespace with n connected members. Their
// sessions are closed: what they are sent is lost.
func namespace(t testing.TB, n int, recovery time.Duration) (r *Rooms, members []*adapter.Member) {
	t.Helper()
	builder := &adapter.Builder{Log: slog.New(slog.DiscardHandler), Recovery: recovery}
	builder.Hooks = func(a *adapter.Adapter) adapter.Hooks {
		r = New(a)
		return hooks{r}
	}
	nsp := socket.NewServer(nil, socket.DefaultServerOptions()).Of("/", nil)
	builder.New(nsp)
	sessions := engine.NewServer(engine.DefaultOptions(), ignorant{})
	for range n {
		request := httptest.NewRequest(http.MethodGet, "/socket.io/?EIO=4&transport=polling", nil)
		sessions.ServeHTTP(httptest.NewRecorder(), request)
	}
	all := sessions.Sessions()
	if len(all) != n {
		t.Fatalf("%d sessions are open, want %d", len(all), n)
	}
	sessions.Close()
	for i, s := range all {
		id := socket.SocketId(fmt.Sprint("s", i))
		nsp.Sockets().Store(id, nil) // the adapter asks only whether there is one
		members = append(members, connect(t, r, id, s))
	}
	return r, members
}

// connect does what the module does for a client that connects.
func connect(t testing.TB, r *Rooms, id socket.SocketId, s *engine.Session) *adapter.Member {
	t.Helper()
	r.adapter.AddAll(id, types.NewSet(socket.Room(id)))
	m, refusal := r.Connect(new(engine.Batch), id, s, nil, nil, plenty)
	if m == nil || refusal != nil {
		t.Fatalf("%s is not connected: %v", id, refusal)
	}
	return m
}

// model is who is in which of the clients' rooms, and of the adapter's, as
// naive as can be.
type model struct {
	members []*adapter.Member
	joined  map[*adapter.Member]map[string]bool // the clients' rooms
	added   map[*adapter.Member]map[string]bool // the adapter's rooms
}

func shared(a, b map[string]bool) bool {
	for room := range a {
		if b[room] {
			return true
		}
	}
	return false
}

// reaches reports whether an event from one member may reach another.
func (m *model) reaches(from, other *adapter.Member) bool {
	a, b := m.joined[from], m.joined[other]
	return len(a) == 0 && len(b) == 0 || shared(a, b)
}

// receivers returns the ids of those whom an event from one member to any of
// the names reaches, sorted; to all for nil.
func (m *model) receivers(from *adapter.Member, to []string) (ids []string) {
	named := func(name string) (found []*adapter.Member) {
		byID := false
		for _, other := range m.members {
			if m.reaches(from, other) && (string(other.ID) == name || m.added[other][name]) {
				found = append(found, other)
				byID = byID || string(other.ID) == name
			}
		}
		if byID || !m.joined[from][name] {
			return found
		}
		for _, other := range m.members {
			if m.joined[other][name] {
				found = append(found, other)
			}
		}
		return found
	}
	add := func(other *adapter.Member) {
		if !slices.Contains(ids, string(other.ID)) {
			ids = append(ids, string(other.ID))
		}
	}
	for _, name := range to {
		for _, other := range named(name) {
			add(other)
		}
	}
	for _, other := range m.members {
		if to == nil && m.reaches(from, other) {
			add(other)
		}
	}
	slices.Sort(ids)
	return ids
}

func (m *model) compare(t *testing.T, r *Rooms, from *adapter.Member, to []string) {
	t.Helper()
	var rooms []socket.Room
	for _, name := range to {
		rooms = append(rooms, socket.Room(name))
	}
	var got []string
	for _, receiver := range r.scopeLocked(from).Receivers(rooms) {
		got = append(got, string(receiver.Member.ID))
	}
	slices.Sort(got)
	if want := m.receivers(from, to); !slices.Equal(got, want) {
		t.Fatalf("from %s to %q: %v, want %v", from.ID, to, got, want)
	}
	if r.HasJoined(from) != (len(m.joined[from]) > 0) {
		t.Fatalf("%s is in rooms: %v", from.ID, r.HasJoined(from))
	}
	for _, other := range m.members {
		refusal := r.Signal(new(engine.Batch), from, other.ID, "signal", codec.Value{})
		if want := from != other && shared(m.joined[from], m.joined[other]); (refusal == nil) != want {
			t.Fatalf("a signal from %s to %s: %v, want %v", from.ID, other.ID, refusal, want)
		}
	}
}

func TestScopesAgreeWithTheModel(t *testing.T) {
	names := []string{"x", "y", "z", "s1", "s2", "s5", "nobody"} // rooms of members' ids too
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 2))
		r, members := namespace(t, 7, 0)
		m := &model{members, make(map[*adapter.Member]map[string]bool), make(map[*adapter.Member]map[string]bool)}
		for _, member := range members {
			m.joined[member], m.added[member] = make(map[string]bool), make(map[string]bool)
		}
		var b engine.Batch
		for range 400 {
			i := random.IntN(len(members))
			member, name := members[i], names[random.IntN(len(names))]
			switch random.IntN(7) {
			case 0, 1, 2:
				if refusal := r.Join(&b, member, Entry{Room: name}, plenty, Reply{}); refusal != nil {
					t.Fatal(refusal)
				}
				m.joined[member][name] = true
			case 3, 4:
				refusal := r.Leave(&b, member, name, Reply{})
				if was := m.joined[member][name]; (refusal == nil) != was {
					t.Fatalf("%s leaves %s: %v", member.ID, name, refusal)
				}
				delete(m.joined[member], name)
			case 5:
				r.adapter.AddAll(member.ID, types.NewSet(socket.Room(name)))
				m.added[member][name] = true
			case 6: // it disconnects, and connects again
				r.adapter.DelAll(member.ID)
				delete(m.joined, member)
				delete(m.added, member)
				members[i] = connect(t, r, member.ID, member.Session())
				m.joined[members[i]], m.added[members[i]] = make(map[string]bool), make(map[string]bool)
			}
			var to []string
			for range random.IntN(3) { // with duplicates; nil for none
				to = append(to, names[random.IntN(len(names))])
			}
			m.compare(t, r, members[random.IntN(len(members))], to)
		}
		for _, member := range members {
			r.adapter.DelAll(member.ID)
		}
		if len(r.rooms)+len(r.participants) != 0 {
			t.Errorf("%d rooms and %d participants are left", len(r.rooms), len(r.participants))
		}
	}
}

func TestCapacityOfRoomsAndClients(t *testing.T) {
	r, members := namespace(t, 4, 0)
	var b engine.Batch
	c := Capacity{Peers: 2, Rooms: 3}
	join := func(i int, room, want string) {
		t.Helper()
		got := ""
		if refusal := r.Join(&b, members[i], Entry{Room: room}, c, Reply{}); refusal != nil {
			got = refusal.Code
		}
		if got != want {
			t.Errorf("%s joins %s: %q, want %q", members[i].ID, room, got, want)
		}
	}
	join(0, "x", "")
	join(1, "x", "")
	join(2, "x", "room_full")
	join(1, "x", "") // it is there already
	join(1, "y", "")
	join(1, "z", "")
	join(1, "w", "too_many_rooms")
	r.Leave(&b, members[0], "x", Reply{})
	join(2, "x", "")

	session := members[3].Session()
	r.adapter.DelAll(members[3].ID)
	r.adapter.AddAll(members[3].ID, types.NewSet(socket.Room(members[3].ID)))
	m, refusal := r.Connect(&b, members[3].ID, session, nil, []Entry{{Room: "new"}, {Room: "x"}}, c)
	if m != nil || refusal == nil || refusal.Code != "room_full" || r.rooms["new"] != nil {
		t.Errorf("one that cannot enter all rooms on connect: %v, %v", m, refusal)
	}
}
