package limit

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const second = int64(time.Second)

func TestBucket(t *testing.T) {
	type step struct {
		at   float64 // seconds
		n    int
		want bool
	}
	for _, row := range []struct {
		name  string
		rate  Rate
		steps []step
	}{
		{"no limit", Rate{}, []step{{0, 1 << 30, true}, {0, 1 << 30, true}}},
		{"a burst, and no more", Rate{10, 3}, []step{{0, 1, true}, {0, 1, true}, {0, 1, true}, {0, 1, false}}},
		{"it fills as time passes", Rate{10, 3}, []step{{0, 3, true}, {0.09, 1, false}, {0.1, 1, true}, {0.1, 1, false}, {0.3, 2, true}, {0.3, 1, false}}},
		{"but never beyond its burst", Rate{10, 3}, []step{{0, 3, true}, {1000, 4, true}, {1000, 1, false}, {1000.1, 1, false}, {1000.2, 1, true}}},
		{"who is refused has taken nothing", Rate{10, 3}, []step{{0, 2, true}, {0, 2, false}, {0, 1, true}}},
		{"much more than the burst comes from a full bucket only", Rate{10, 3}, []step{{0, 1, true}, {0, 30, false}, {0.1, 30, true}, {2.85, 1, false}, {2.91, 1, true}, {2.91, 1, false}}},
		{"a time that lies back a little", Rate{10, 3}, []step{{5, 3, true}, {4.9, 1, false}, {5.1, 1, true}}},
		{"more than one for each nanosecond", Rate{1<<31 - 1, 1<<31 - 1}, []step{{0, 1<<31 - 1, true}, {0, 1 << 30, false}, {0.5, 1<<30 - 1, true}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var b Bucket
			for i, s := range row.steps {
				if got := b.Take(row.rate, s.n, 100*second+int64(s.at*1e9)); got != s.want {
					t.Fatalf("step %d, %d at %gs, is %v", i+1, s.n, s.at, got)
				}
			}
		})
	}
}

// Concurrent calls of Take together take the burst and no more.
func TestBucketThatManyTakeFrom(t *testing.T) {
	rate := Rate{PerSecond: 1000, Burst: 500}
	var b Bucket
	var got atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range int64(1000) {
				if b.Take(rate, 1, second+i*int64(time.Millisecond)) {
					got.Add(1)
				}
			}
		})
	}
	all.Wait()
	if n := got.Load(); n < 1498 || n > 1500 { // the burst and 999 milliseconds
		t.Errorf("%d were had, want 1,499", n)
	}
}

func TestTakingAllocatesNothing(t *testing.T) {
	var b Bucket
	rate := Rate{PerSecond: 1, Burst: 1}
	counts := NewCounts(nil)
	counts.Add(EventsDropped)
	if n := testing.AllocsPerRun(100, func() {
		b.Take(rate, 1, Now())
		counts.Add(EventsDropped)
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func TestParseRateReadsWhatStringWrites(t *testing.T) {
	for s, want := range map[string]Rate{"0": {}, "7": {7, 7}, "7:9": {7, 9}} {
		got, err := ParseRate(s)
		if err != nil || got != want {
			t.Errorf("%q is %v, %v", s, got, err)
		}
		if again, err := ParseRate(got.String()); err != nil || again != want {
			t.Errorf("%q, written as %q, is %v, %v", s, got, again, err)
		}
	}
}

func BenchmarkTake(b *testing.B) {
	var bucket Bucket
	rate := Rate{PerSecond: 1000, Burst: 1000}
	for b.Loop() {
		bucket.Take(rate, 1, Now())
	}
}
