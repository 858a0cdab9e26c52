package server

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// pace sets how much garbage may pile up before it is collected, after each
// collection anew. Go's rule, as much as there is in use, is meant for heaps of
// some size: with the 2 MB of a few hundred clients it collects at every second
// megabyte, which cost a quarter of all time under full load. With the 100 MB of
// many thousands it leaves large holes between what connecting clients keep.
type pace struct {
	percent int // owned by the finalizers' goroutine
	over    atomic.Bool
}

const (
	paceSlack = 24 << 20 // bytes of garbage
	paceLeast = 50       // percent of what is in use
	paceMost  = 400
)

func startPace() *pace {
	p := new(pace)
	p.collected()
	return p
}

func (p *pace) stop() { p.over.Store(true) }

// sentinel is garbage from its beginning: its finalizer tells of a collection.
type sentinel struct{ p *pace }

// collected is called after each collection.
func (p *pace) collected() {
	if p.over.Load() {
		return
	}
	_, live := memoryUse()
	p.follow(live)
	runtime.SetFinalizer(&sentinel{p}, func(s *sentinel) { s.p.collected() })
}

// follow sets the percentage for a heap of live bytes. Each change stops the
// program for a moment, so that small ones are left out.
func (p *pace) follow(live uint64) {
	percent := percentFor(live)
	if change := percent - p.percent; max(change, -change) <= p.percent/8 {
		return
	}
	p.percent = percent
	debug.SetGCPercent(percent)
}

func percentFor(live uint64) int {
	return int(min(max(paceSlack*100/max(live, 1), paceLeast), paceMost))
}
