package server

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go keeps memory that it has once used: after a storm of handshakes, or when
// all have left, the process stays at its peak for minutes. A signaling server
// is quiet most of the time, and its idle clients are what fills a machine, so
// it tidies up once after each time that it was busy.
const (
	tidyInterval = 2 * time.Second
	quietRate    = 1 << 20 // bytes allocated in an interval
	tidyWorth    = 2 << 20 // bytes allocated since the last time, plus an eighth of what is in use
	tidyLeft     = 50      // sessions that have ended since then, plus an eighth of what there were
)

// TidyMemory returns unused memory to the system when the process has become
// quiet, and paces the garbage collector, until ctx is done. sessions tells how
// many clients there are.
func TidyMemory(ctx context.Context, sessions func() uint64) {
	tick := time.NewTicker(tidyInterval)
	defer tick.Stop()
	if os.Getenv("GOGC") == "" { // else the operator has chosen
		defer startPace().stop()
	}
	var u usage
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		allocated, live := memoryUse()
		if u.tidy(allocated, live, sessions()) {
			debug.FreeOSMemory()
		}
	}
}

// usage is what has been used since the last time that it was tidied.
type usage struct {
	tidied uint64 // bytes that had been allocated then
	before uint64 // and an interval ago
	most   uint64 // sessions
}

// tidy tells whether it is time to: it was busy since the last time, and is
// quiet now.
func (u *usage) tidy(allocated, live, sessions uint64) bool {
	u.most = max(u.most, sessions)
	quiet := allocated-u.before < quietRate
	u.before = allocated
	if !quiet || allocated-u.tidied <= tidyWorth+live/8 && u.most-sessions <= tidyLeft+u.most/8 {
		return false
	}
	u.tidied, u.most = allocated, sessions
	return true
}

// memoryUse returns how many bytes were ever allocated, and how many the last
// collection found in use.
func memoryUse() (allocated, live uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}
