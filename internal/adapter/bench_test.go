package adapter

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

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

// noHooks are the hooks of a namespace without sockets of the module's.
type noHooks struct{}

func (noHooks) Connecting(*socket.Socket) {}
func (noHooks) MemberLeft(*Member)        {}
func (noHooks) Recoverable(*Member) bool  { return true }
func (noHooks) Closed()                   {}

// ignorant is an engine.Handler that does nothing.
type ignorant struct{}

func (ignorant) Opened(*engine.Session, *engine.Batch)                 {}
func (ignorant) Received(*engine.Session, *engine.Batch, []byte, bool) {}
func (ignorant) Closed(*engine.Session, engine.Reason)                 {}

// BenchmarkBroadcast is what a broadcast of the module's costs until it is queued
// for its receivers: 100 members, four to a room. Their sessions are closed: what
// they are sent is lost.
func BenchmarkBroadcast(b *testing.B) {
	for _, keep := range []time.Duration{0, time.Minute} {
		builder := &Builder{Log: slog.New(slog.DiscardHandler), Recovery: keep}
		builder.Hooks = func(*Adapter) Hooks { return noHooks{} }
		a := builder.New(socket.NewServer(nil, socket.DefaultServerOptions()).Of("/", nil)).(*Adapter)
		sessions := engine.NewServer(engine.DefaultOptions(), ignorant{})
		for range 100 {
			request := httptest.NewRequest(http.MethodGet, "/socket.io/?EIO=4&transport=polling", nil)
			sessions.ServeHTTP(httptest.NewRecorder(), request)
		}
		all := sessions.Sessions()
		sessions.Close()
		for i, s := range all {
			id := SocketID(fmt.Sprintf("%020d", i))
			a.join(id, []Room{Room(fmt.Sprint("r", i/4))})
			if _, ok := a.Connect(new(engine.Batch), id, s, nil); !ok {
				b.Fatal("not connected")
			}
		}
		data := []any{"hi", map[string]any{"a": 1}}
		for _, row := range []struct {
			name string
			opts socket.BroadcastOptions
		}{
			{"to all", socket.BroadcastOptions{Rooms: types.NewSet[Room](), Except: types.NewSet[Room]()}},
			{"to room", socket.BroadcastOptions{Rooms: types.NewSet[Room]("r7"), Except: types.NewSet(Room(fmt.Sprintf("%020d", 28)))}},
		} {
			b.Run(fmt.Sprintf("recovery=%v/%s", keep > 0, row.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					a.Broadcast(&parser.Packet{Type: parser.EVENT, Data: data}, &row.opts)
				}
			})
		}
	}
}
