package gcpacer

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { // ends with cancel
			Run(ctx, func() uint64 { return 0 })
			close(ended)
		}()
		time.Sleep(10 * interval)
		select {
		case <-ended:
			t.Error("it has ended before")
		default:
		}
		cancel()
		<-ended
	})
}

func TestReleaseWhenItIsQuietAgain(t *testing.T) {
	const mb = 1 << 20
	var u usage
	for i, tick := range []struct {
		allocated, live, sessions uint64
		want                      bool
	}{
		{mb / 2, mb / 2, 0, false},            // the program has begun
		{90 * mb, 40 * mb, 5000, false},       // many come
		{90*mb + 1000, 40 * mb, 5000, true},   // and are there
		{90*mb + 2000, 40 * mb, 5000, false},  // nothing happens
		{96 * mb, 45 * mb, 5000, false},       // traffic, which is little beside what is in use
		{96*mb + 1000, 45 * mb, 5000, false},  // and its end
		{100 * mb, 45 * mb, 3000, false},      // some leave
		{100*mb + 1000, 45 * mb, 3000, true},  // and are gone
		{100*mb + 2000, 20 * mb, 2990, false}, // a few more
		{100*mb + 3000, 20 * mb, 0, true},     // all others, which takes little allocating
		{100*mb + 4000, mb, 0, false},
	} {
		if got := u.shouldRelease(tick.allocated, tick.live, tick.sessions); got != tick.want {
			t.Errorf("tick %d: %v, want %v", i, got, tick.want)
		}
	}
}

func TestMemoryUseIsRead(t *testing.T) {
	before, _ := memoryUse()
	kept := make([][]byte, 64)
	for i := range kept {
		kept[i] = make([]byte, 1<<20)
	}
	after, live := memoryUse()
	if after < before+64<<20 || live > after {
		t.Errorf("%d bytes had been allocated, then %d, of which %d are in use", before, after, live)
	}
	runtime.KeepAlive(kept)
}
