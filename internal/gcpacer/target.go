package gcpacer

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// target sets the garbage collector's target percentage after each collection:
// how much garbage may accumulate before the next. Go's fixed 100 percent is
// meant for larger heaps: with the 2 MB of a few hundred clients it collects at
// every second megabyte, which took a quarter of all time under full load. With
// the 100 MB of many thousands it leaves large holes between what connecting
// clients keep.
type target struct {
	percent int // owned by the finalizers' goroutine
	stopped atomic.Bool
}

const (
	garbage      = 24 << 20 // bytes that may accumulate
	leastPercent = 50       // of the live heap
	mostPercent  = 400
)

func startTarget() *target {
	t := new(target)
	t.collected()
	return t
}

func (t *target) stop() { t.stopped.Store(true) }

// sentinel is garbage as soon as it is made: the next collection runs its
// finalizer.
type sentinel struct{ t *target }

// collected is called after each collection.
func (t *target) collected() {
	if t.stopped.Load() {
		return
	}
	_, live := memoryUse()
	t.follow(live)
	runtime.SetFinalizer(&sentinel{t}, func(s *sentinel) { s.t.collected() })
}

// follow sets the percentage for a live heap of that many bytes. Each change
// stops the program for a moment, so small ones are left out.
func (t *target) follow(live uint64) {
	percent := percentFor(live)
	if change := percent - t.percent; max(change, -change) <= t.percent/8 {
		return
	}
	t.percent = percent
	debug.SetGCPercent(percent)
}

func percentFor(live uint64) int {
	return int(min(max(garbage*100/max(live, 1), leastPercent), mostPercent))
}
