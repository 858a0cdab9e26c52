package adapter

import (
	"fmt"
	"testing"

	"signaling/internal/engine"
)

// crowd is a membership of n connected members, four to a room.
func crowd(n int) (m *Membership, ids []SocketID) {
	m = newMembership()
	for i := range n {
		id := SocketID(fmt.Sprintf("%020d", i))
		m.join(id, []Room{Room(fmt.Sprintf("room %d", i/4))})
		m.connect(id, new(engine.Session))
		ids = append(ids, id)
	}
	return m, ids
}

// BenchmarkMembership is what a namespace's membership does, with few and with
// many others in it.
func BenchmarkMembership(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		m, ids := crowd(n)
		newcomer, room := SocketID("newcomer"), []Room{"room 7"}
		session := new(engine.Session)
		for name, do := range map[string]func(){
			"come and go": func() {
				m.join(newcomer, room)
				m.connect(newcomer, session)
				m.leaveAll(newcomer)
			},
			"one":      func() { m.In(Room(ids[n/2])) },
			"room":     func() { m.In(room...) },
			"everyone": func() { m.Everyone() },
			"everyone after a change": func() {
				m.join(newcomer, nil)
				m.connect(newcomer, session)
				m.Everyone()
				m.leaveAll(newcomer)
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					do()
				}
			})
		}
	}
}
