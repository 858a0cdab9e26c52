package gcpacer

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go keeps memory that it has used once: after many clients have connected at
// once, or all have left, the process keeps its largest size for minutes. A
// signaling server is quiet most of the time, and the memory of its idle clients
// is what limits a machine, so memory is released once after each busy time.
const (
	interval        = 2 * time.Second
	quietRate       = 1 << 20 // bytes allocated in an interval, at most, when the process is quiet
	releaseBytes    = 2 << 20 // bytes allocated since the last release, plus an eighth of the live heap
	releaseSessions = 50      // sessions ended since then, plus an eighth of the most that there were
)

// Run releases memory to the system when the process has become quiet, and sets
// the garbage collector's target after each collection, until ctx is done. With
// GOGC in the environment the target stays as it says. sessions returns the
// number of open sessions.
func Run(ctx context.Context, sessions func() uint64) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	if os.Getenv("GOGC") == "" {
		defer startTarget().stop()
	}
	var u usage
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		allocated, live := memoryUse()
		if u.shouldRelease(allocated, live, sessions()) {
			debug.FreeOSMemory()
		}
	}
}

// usage is what was in use at the last release, and since.
type usage struct {
	released uint64 // bytes that had been allocated at the last release
	before   uint64 // bytes that had been allocated an interval ago
	most     uint64 // sessions, since the last release
}

// shouldRelease reports whether the process was busy since the last release and
// is quiet now. If so it counts that as a release. It is called once an interval.
func (u *usage) shouldRelease(allocated, live, sessions uint64) bool {
	u.most = max(u.most, sessions)
	quiet := allocated-u.before < quietRate
	u.before = allocated
	busy := allocated-u.released > releaseBytes+live/8 || u.most-sessions > releaseSessions+u.most/8
	if !quiet || !busy {
		return false
	}
	u.released, u.most = allocated, sessions
	return true
}

// memoryUse returns how many bytes were ever allocated, and how many were live at
// the last collection.
func memoryUse() (allocated, live uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}
