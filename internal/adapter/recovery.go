package adapter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"signaling/internal/engine"
	"signaling/internal/packet"
)

// Bounds on what is kept for recovery. When one is reached the oldest events are
// removed: a client that misses one of those starts a new session.
const (
	maxKeptBytes  = 16 << 20
	maxKeptEvents = 1 << 16
)

// StartOffset is the offset of a client that has not received an event yet and
// wants all since it connected. Node cannot recover such a client: it has no
// offset to name.
const StartOffset = "start"

// recovery is connection state recovery: it keeps the last events of a namespace,
// and the sessions whose connection was lost. A client that comes back in time
// gets its session, and the events it missed.
//
// mu is held while an event is recorded and queued to its receivers: the order
// of the offsets is the order in which every client gets the events.
type recovery struct {
	keep   time.Duration
	prefix string // of this process's offsets: those of another are unknown

	mu sync.Mutex
	// guarded by mu
	first     uint64 // the number of kept[0]
	kept      []keptEvent
	bytes     int                         // of the packets of kept
	persisted map[string]persistedSession // by private session id
	restored  map[SocketID]uint64         // not connected yet: the first event since they were restored
	connected map[SocketID]uint64         // the first event since they connected
}

// keptEvent is an event as it was sent.
type keptEvent struct {
	at      time.Time
	packets []*packet.Packet
	to      []Room // nil: everyone
	except  []Room
	live    bool // only for clients that were connected when it was sent
}

// persistedSession is a session whose connection was lost.
type persistedSession struct {
	id        SocketID
	rooms     []Room
	data      any // the program's
	at        time.Time
	connected uint64 // the first event since it connected
}

func newRecovery(keep time.Duration) *recovery {
	return &recovery{
		keep:      keep,
		prefix:    engine.NewID()[:8],
		persisted: make(map[string]persistedSession),
		restored:  make(map[SocketID]uint64),
		connected: make(map[SocketID]uint64),
	}
}

func (r *recovery) nextLocked() uint64 { return r.first + uint64(len(r.kept)) }

// nextOffsetLocked returns the offset of the event that is recorded next, as
// the JSON string that follows its arguments.
func (r *recovery) nextOffsetLocked() []byte {
	return fmt.Appendf(nil, `"%s.%s"`, r.prefix, strconv.FormatUint(r.nextLocked(), 36))
}

// findLocked returns the number of the event after the one with the offset. It
// reports false if events from there on are not kept any more.
func (r *recovery) findLocked(offset string, s persistedSession) (uint64, bool) {
	if offset == StartOffset {
		return s.connected, s.connected >= r.first
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
		r.kept = r.kept[1:] // append moves the rest once the capacity is used up
		r.first++
	}
}

func sizeOf(packets []*packet.Packet) int {
	size := 0
	for _, p := range packets {
		size += p.Size()
	}
	return size
}

// sinceLocked returns the kept events from number n on that are for a member of
// rooms.
func (r *recovery) sinceLocked(n uint64, rooms []Room) []keptEvent {
	var found []keptEvent
	isMember := func(room Room) bool { return slices.Contains(rooms, room) }
	for _, e := range r.kept[n-r.first:] {
		if !e.live && (e.to == nil || slices.ContainsFunc(e.to, isMember)) && !slices.ContainsFunc(e.except, isMember) {
			found = append(found, e)
		}
	}
	return found
}

// persist keeps a session whose connection was lost.
func (r *recovery) persist(pid string, s persistedSession) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.at, s.connected = time.Now(), r.connected[s.id]
	for other, o := range r.persisted {
		if s.at.Sub(o.at) > r.keep {
			delete(r.persisted, other)
		}
	}
	r.persisted[pid] = s
}

// restore returns a persisted session and the events that its client missed
// after offset. It reports false if one of them is not kept any more.
func (r *recovery) restore(pid, offset string) (s persistedSession, missed []keptEvent, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok = r.persisted[pid]; !ok || time.Since(s.at) > r.keep {
		return s, nil, false
	}
	n, ok := r.findLocked(offset, s)
	if !ok {
		return s, nil, false
	}
	delete(r.persisted, pid)
	r.restored[s.id] = r.nextLocked()
	return s, r.sinceLocked(n, s.rooms), true
}

// restoring reports whether the socket's session was restored, and it is not
// connected yet.
func (r *recovery) restoring(id SocketID) bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.restored[id]
	return ok
}

// connectedLocked records that a socket has connected. If its session was
// restored, it returns the number of the first event since then.
func (r *recovery) connectedLocked(id SocketID) (since uint64, restored bool) {
	r.connected[id] = r.nextLocked()
	since, restored = r.restored[id]
	delete(r.restored, id)
	return max(since, r.first), restored
}

// remove removes a socket that has left.
func (r *recovery) remove(id SocketID) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.connected, id)
	delete(r.restored, id)
}
