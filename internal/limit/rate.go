package limit

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Rate is a limit of PerSecond units per second in the long run, and Burst units
// at once. The zero Rate is no limit.
type Rate struct{ PerSecond, Burst int }

// Limited reports whether r is a limit at all.
func (r Rate) Limited() bool { return r.PerSecond > 0 }

// String returns the rate as ParseRate reads it.
func (r Rate) String() string {
	if !r.Limited() {
		return "0"
	}
	return fmt.Sprintf("%d:%d", r.PerSecond, r.Burst)
}

// maxRate is the largest rate and burst: with it the arithmetic of Bucket.Take
// stays within 63 bits.
const maxRate = math.MaxInt32

// ParseRate parses "RATE:BURST", or "RATE", whose burst is what it allows in a
// second. A rate of 0 is no limit.
func ParseRate(s string) (Rate, error) {
	first, second, twofold := strings.Cut(s, ":")
	rate, err := strconv.ParseUint(first, 10, 31)
	burst, err2 := rate, error(nil)
	if twofold {
		burst, err2 = strconv.ParseUint(second, 10, 31)
	}
	switch {
	case err != nil || err2 != nil:
		return Rate{}, fmt.Errorf("write RATE or RATE:BURST, such as 100 or 100:300, each at most %d; 0 for no limit", maxRate)
	case rate == 0 && burst > 0 || rate > 0 && burst == 0:
		return Rate{}, errors.New("a rate and its burst must both be above 0; write 0 alone for no limit")
	}
	return Rate{int(rate), int(burst)}, nil
}

// started is the time from which Now counts.
var started = time.Now()

// Now returns the time for Take, in nanoseconds of the monotonic clock.
func Now() int64 { return int64(time.Since(started)) }

// Bucket is a token bucket: it holds what is left of a Rate's burst. The zero
// Bucket is full. It is safe for concurrent use and takes 8 bytes.
type Bucket struct {
	full atomic.Int64 // the time at which it is full again, as Now returns it
}

// Take takes n units at once, or none, and reports whether it took them. A full
// bucket gives more units than the burst, too; then it gives no more until it has
// been refilled.
func (b *Bucket) Take(r Rate, n int, now int64) bool {
	if !r.Limited() {
		return true
	}
	cost := int64(n) * int64(time.Second) / int64(r.PerSecond)
	room := int64(r.Burst) * int64(time.Second) / int64(r.PerSecond)
	for {
		seen := b.full.Load()
		full := max(seen, now)
		if full-now+min(cost, room) > room {
			return false
		}
		if b.full.CompareAndSwap(seen, full+cost) {
			return true
		}
	}
}

// Full reports whether the bucket is full at the time now.
func (b *Bucket) Full(now int64) bool { return b.full.Load() <= now }
