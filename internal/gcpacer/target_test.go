package gcpacer

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

func TestPercentageFollowsTheHeap(t *testing.T) {
	const mb = 1 << 20
	for live, want := range map[uint64]int{0: 400, 6 * mb: 400, 12 * mb: 200, 24 * mb: 100, 48 * mb: 50, 1 << 40: 50} {
		if got := percentFor(live); got != want {
			t.Errorf("%d bytes in use: %d percent, want %d", live, got, want)
		}
	}
}

// percentage returns what is set now.
func percentage() int {
	percent := debug.SetGCPercent(100)
	debug.SetGCPercent(percent)
	return percent
}

func TestTargetChangesWithACollection(t *testing.T) {
	defer debug.SetGCPercent(percentage())
	target := startTarget()
	defer target.stop()
	kept := make([]byte, 64<<20)
	runtime.GC()
	for deadline := time.Now().Add(wiretest.Patience); percentage() != leastPercent; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it is %d percent for a heap of 64 MB", percentage())
		}
	}
	runtime.KeepAlive(kept)
}
