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
	tidyInterval = 3 * time.Second
	quietRate    = 1 << 20 // bytes allocated in an interval
	tidyWorth    = 2 << 20 // bytes allocated since the last time, plus an eighth of what is in use
)

// TidyMemory returns unused memory to the system when the process has become
// quiet, and lets a small heap collect garbage less often, until ctx is done.
func TidyMemory(ctx context.Context) {
	tick := time.NewTicker(tidyInterval)
	defer tick.Stop()
	pace := newPace(os.Getenv("GOGC") != "")
	var tidied, before uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		allocated, live := memoryUse()
		pace.follow(live)
		if allocated-before < quietRate && allocated-tidied > tidyWorth+live/8 {
			debug.FreeOSMemory()
			tidied = allocated
		}
		before = allocated
	}
}

// pace is how much garbage may pile up before it is collected, in percent of
// what is in use. Go's 100 is meant for heaps of some size: with the 2 MB of a
// few hundred clients it collects at every second megabyte, which cost a
// quarter of all time under full load.
type pace struct {
	percent int
	fixed   bool // the operator has chosen
}

const (
	smallHeap  = 8 << 20
	middleHeap = 32 << 20
)

func newPace(fixed bool) *pace {
	p := &pace{fixed: fixed}
	p.follow(0)
	return p
}

// follow chooses the percentage for a heap of live bytes.
func (p *pace) follow(live uint64) {
	percent := 100
	switch {
	case live < smallHeap:
		percent = 400
	case live < middleHeap:
		percent = 200
	}
	if percent == p.percent || p.fixed {
		return
	}
	p.percent = percent
	debug.SetGCPercent(percent)
}

// memoryUse returns how many bytes were ever allocated, and how many the last
// collection found in use.
func memoryUse() (allocated, live uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}
