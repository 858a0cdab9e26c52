package adapter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/engine"
)

// Bounds on what is kept for clients that may come back. When one is reached
// the oldest events go: who would need them starts a new session.
const (
	maxKeptBytes  = 16 << 20
	maxKeptEvents = 1 << 16
)

// FromTheStart is the offset of a client that has not received an event yet
// and wants all since it connected. Node cannot recover such a client: it has
// no offset to name.
const FromTheStart = "start"

// recovery keeps the last events of a namespace, and the sessions that were
// lost, so that a client which comes back gets what it missed. Its lock is
// held while an event is recorded and queued to its receivers: the order of
// the offsets is the order in which every client sees them.
type recovery struct {
	keep   time.Duration
	prefix string // of this run's offsets, so that those of another are unknown

	mu sync.Mutex
	// guarded by mu
	first    uint64 // the number of kept[0]
	kept     []keptEvent
	bytes    int
	lost     map[socket.PrivateSessionId]lostSession
	restored map[socket.SocketId]uint64 // sockets on their way back: the first event they still miss
	joined   map[socket.SocketId]uint64 // the first event after a socket connected
}

// keptEvent is an event as it was sent.
type keptEvent struct {
	at      time.Time
	packets []*engine.Packet
	to      []socket.Room // nil: everyone
	except  []socket.Room
	live    bool // only for clients that are connected when it is sent
}

type lostSession struct {
	*socket.SessionToPersist
	at     time.Time
	joined uint64
}

// missed is a kept event on its way through the module, which takes it for the
// data of an event; Module finds it and sends its packets as they are.
type missed struct{ packets []*engine.Packet }

func newRecovery(keep time.Duration) *recovery {
	return &recovery{
		keep:     keep,
		prefix:   engine.NewID()[:8],
		lost:     make(map[socket.PrivateSessionId]lostSession),
		restored: make(map[socket.SocketId]uint64),
		joined:   make(map[socket.SocketId]uint64),
	}
}

// recoverable tells whether a client may get the packet later.
func recoverable(p *parser.Packet, opts *socket.BroadcastOptions) bool {
	_, isEvent := p.Data.([]any)
	return p.Type == parser.EVENT && p.Id == nil && isEvent && !volatile(opts)
}

func (r *recovery) nextLocked() uint64 { return r.first + uint64(len(r.kept)) }

// nextOffsetLocked returns the offset of the event that is recorded next, as
// the JSON string that goes behind its arguments.
func (r *recovery) nextOffsetLocked() []byte {
	return fmt.Appendf(nil, `"%s.%s"`, r.prefix, strconv.FormatUint(r.nextLocked(), 36))
}

// find returns the number of the event behind the one that offset names.
func (r *recovery) findLocked(offset string, lost lostSession) (uint64, bool) {
	if offset == FromTheStart {
		return lost.joined, lost.joined >= r.first
	}
	digits, ours := strings.CutPrefix(offset, r.prefix+".")
	n, err := strconv.ParseUint(digits, 36, 64)
	if !ours || err != nil || n+1 < r.first || n >= r.nextLocked() {
		return 0, false
	}
	return n + 1, true
}

// recordLocked keeps an event that is being sent.
func (r *recovery) recordLocked(e keptEvent) {
	e.at = time.Now()
	r.kept = append(r.kept, e)
	r.bytes += sizeOf(e.packets)
	for len(r.kept) > 0 && (r.bytes > maxKeptBytes || len(r.kept) > maxKeptEvents || e.at.Sub(r.kept[0].at) > r.keep) {
		r.bytes -= sizeOf(r.kept[0].packets)
		r.kept[0] = keptEvent{}
		r.kept = r.kept[1:] // append moves what is left once the front is used up
		r.first++
	}
}

func sizeOf(packets []*engine.Packet) int {
	size := 0
	for _, p := range packets {
		size += p.Size()
	}
	return size
}

// since returns the kept events from number n on that a member of rooms gets.
func (r *recovery) sinceLocked(n uint64, rooms []socket.Room) []keptEvent {
	var found []keptEvent
	for _, e := range r.kept[n-r.first:] {
		among := func(room socket.Room) bool { return slices.Contains(rooms, room) }
		if !e.live && (e.to == nil || slices.ContainsFunc(e.to, among)) && !slices.ContainsFunc(e.except, among) {
			found = append(found, e)
		}
	}
	return found
}

// PersistSession keeps the session of a client whose connection was lost, if
// the hooks let it come back.
func (a *Adapter) PersistSession(s *socket.SessionToPersist) {
	r := a.recovery
	if r == nil {
		return
	}
	if m := a.Find(s.Sid); m != nil && !a.hooks.Recoverable(m) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	for pid, lost := range r.lost {
		if now.Sub(lost.at) > r.keep {
			delete(r.lost, pid)
		}
	}
	r.lost[s.Pid] = lostSession{s, now, r.joined[s.Sid]}
}

// RestoreSession returns the session and what it missed behind offset, or nil
// when either is not kept any more.
func (a *Adapter) RestoreSession(pid socket.PrivateSessionId, offset string) (*socket.Session, error) {
	r := a.recovery
	if r == nil {
		return nil, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	lost, ok := r.lost[pid]
	if !ok || time.Since(lost.at) > r.keep {
		return nil, nil
	}
	n, ok := r.findLocked(offset, lost)
	if !ok {
		return nil, nil
	}
	delete(r.lost, pid)
	session := &socket.Session{SessionToPersist: lost.SessionToPersist}
	for _, e := range r.sinceLocked(n, lost.Rooms.Keys()) {
		session.MissedPackets = append(session.MissedPackets, missed{e.packets})
	}
	r.restored[lost.Sid] = r.nextLocked()
	return session, nil
}

// Connect sends a client the reply to its CONNECT and makes it reachable
// through session. One whose session was restored is sent the events between
// that and now. It reports false if the socket has left, or is connected already.
func (a *Adapter) Connect(b *engine.Batch, id socket.SocketId, session *engine.Session, reply []*engine.Packet) (*Member, bool) {
	b.Send(session, reply...)
	r := a.recovery
	if r == nil {
		return a.connect(id, session)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := a.connect(id, session)
	if !ok {
		return nil, false
	}
	r.joined[id] = r.nextLocked()
	if n, restored := r.restored[id]; restored {
		delete(r.restored, id)
		for _, e := range r.sinceLocked(max(n, r.first), a.roomsOf(id)) {
			b.Send(session, e.packets...)
		}
	}
	return m, true
}

// restoring tells whether the socket is on its way back.
func (r *recovery) restoring(id socket.SocketId) bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.restored[id]
	return ok
}

// forget drops what was known of a socket that has left.
func (r *recovery) forget(id socket.SocketId) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.joined, id)
	delete(r.restored, id)
}
