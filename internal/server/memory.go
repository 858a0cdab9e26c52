package server

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go keeps memory that it has once used: after a storm of handshakes, or when
// all have left, the process stays at its peak for minutes. A signaling server
// is quiet most of the time, and its idle clients are what fills a machine, so
// it tidies up once after each time that it was busy.
const (
	tidyInterval = 3 * time.Second
	quietRate    = 1 << 20 // bytes allocated in an interval
	tidyWorth    = 2 << 20 // bytes allocated since the last time, plus an eighth of what is in use
)

// TidyMemory returns unused memory to the system when the process has become
// quiet, until ctx is done.
func TidyMemory(ctx context.Context) {
	tick := time.NewTicker(tidyInterval)
	defer tick.Stop()
	var tidied, before uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		allocated, live := memoryUse()
		if allocated-before < quietRate && allocated-tidied > tidyWorth+live/8 {
			debug.FreeOSMemory()
			tidied = allocated
		}
		before = allocated
	}
}

// memoryUse returns how many bytes were ever allocated, and how many the last
// collection found in use.
func memoryUse() (allocated, live uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}
