package server

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go keeps memory that it has once used: after a storm of handshakes the
// process stays at its peak for minutes. A signaling server is quiet most of
// the time, and its idle clients are what fills a machine, so it tidies up
// when a look finds it quiet and with more than tidySlack to give back.
const (
	tidyInterval = 3 * time.Second
	tidySlack    = 2 << 20 // bytes, plus a quarter of what is in use
	quietRate    = 1 << 20 // bytes allocated in an interval
)

// TidyMemory returns unused memory to the system whenever the process is
// quiet, until ctx is done.
func TidyMemory(ctx context.Context) {
	tick := time.NewTicker(tidyInterval)
	defer tick.Stop()
	var m memory
	for before := m.read(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := m.read()
		if now.allocated-before.allocated < quietRate && now.unused > tidySlack+now.live/4 {
			debug.FreeOSMemory()
			now = m.read()
		}
		before = now
	}
}

// memory reads the runtime's metrics.
type memory struct{ samples []metrics.Sample }

type memoryUse struct {
	allocated uint64 // bytes, ever
	live      uint64 // bytes that the last collection found in use
	unused    uint64 // bytes resident and neither live nor given back
}

func (m *memory) read() memoryUse {
	if m.samples == nil {
		m.samples = []metrics.Sample{
			{Name: "/gc/heap/allocs:bytes"},
			{Name: "/gc/heap/live:bytes"},
			{Name: "/memory/classes/heap/objects:bytes"},
			{Name: "/memory/classes/heap/free:bytes"},
		}
	}
	metrics.Read(m.samples)
	value := func(i int) uint64 { return m.samples[i].Value.Uint64() }
	u := memoryUse{allocated: value(0), live: value(1), unused: value(3)}
	if objects := value(2); objects > u.live {
		u.unused += objects - u.live
	}
	return u
}
