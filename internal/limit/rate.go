// Package limit says how much clients may ask for: rates, sessions for each
// address and in all, and a count of what was refused.
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

// Rate allows PerSecond units a second in the long run, and Burst of them at
// once. The zero Rate allows everything.
type Rate struct{ PerSecond, Burst int }

// Limited tells whether there is anything that r does not allow.
func (r Rate) Limited() bool { return r.PerSecond > 0 }

// String returns the rate as ParseRate reads it.
func (r Rate) String() string {
	if !r.Limited() {
		return "0"
	}
	return fmt.Sprintf("%d:%d", r.PerSecond, r.Burst)
}

// maxRate keeps the arithmetic of Bucket.Take within 63 bits.
const maxRate = math.MaxInt32

// ParseRate reads "RATE:BURST", or "RATE" for a burst of one second's worth. A
// rate of 0 is no limit.
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

// started is where Now counts from.
var started = time.Now()

// Now returns the time for Take, in nanoseconds. It never jumps.
func Now() int64 { return int64(time.Since(started)) }

// Bucket is what one client, or all of them, have taken of a Rate. The zero
// Bucket is full. It is safe for concurrent use and takes 8 bytes.
type Bucket struct {
	full atomic.Int64 // when it is full again, as of Now
}

// Take takes n units at once, or none, and reports which. More than the burst
// can be had from a full bucket only; what is missing must come in before
// anybody gets more.
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

// Full tells whether nothing is taken.
func (b *Bucket) Full(now int64) bool { return b.full.Load() <= now }
