//go:build linux

package load

import (
	"slices"
	"time"
)

// Ledger holds what was sent and checks that it arrives once and in order. A
// link is one direction between two clients; the scenario numbers them.
type Ledger struct {
	next    []uint32            // by link: the number expected next
	missing map[uint64]struct{} // link and number of messages that were overtaken

	Sent       int // deliveries that are due, one for each receiver
	Delivered  int // that have arrived
	Reordered  int // that arrived after a later one
	Duplicated int
	Corrupt    int // packets that are not what was sent
}

// NewLedger returns a ledger for links numbered from 0.
func NewLedger(links int) *Ledger {
	return &Ledger{next: make([]uint32, links), missing: map[uint64]struct{}{}}
}

// Arrived enters message number of a link; the first one is 0. It reports
// whether this was its first arrival.
func (l *Ledger) Arrived(link int, number uint32) bool {
	key := func(n uint32) uint64 { return uint64(link)<<32 | uint64(n) }
	next := &l.next[link]
	if number < *next {
		if _, late := l.missing[key(number)]; !late {
			l.Duplicated++
			return false
		}
		delete(l.missing, key(number))
		l.Reordered++
		l.Delivered++
		return true
	}
	for ; *next < number; *next++ {
		l.missing[key(*next)] = struct{}{}
	}
	*next++
	l.Delivered++
	return true
}

// Lost is how many deliveries are still due.
func (l *Ledger) Lost() int { return l.Sent - l.Delivered }

// Latencies collects how long deliveries took.
type Latencies []time.Duration

// Quantile returns the latency that the share q of all stays below; 0 if
// there are none. It sorts.
func (l Latencies) Quantile(q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	slices.Sort(l)
	return l[min(int(q*float64(len(l))), len(l)-1)]
}
