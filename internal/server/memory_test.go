package server

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestTidyingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { // ends with cancel
			TidyMemory(ctx)
			close(ended)
		}()
		time.Sleep(10 * tidyInterval)
		select {
		case <-ended:
			t.Error("it has ended before")
		default:
		}
		cancel()
		<-ended
	})
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
