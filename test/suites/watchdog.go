package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// watchdog is a reader that reports when nothing has come for a while.
type watchdog struct {
	io.Reader
	patience time.Duration
	timer    *time.Timer
}

// newWatchdog returns a reader of r. It calls report, once, when no byte has come
// for the time of patience, until it is stopped.
func newWatchdog(r io.Reader, patience time.Duration, report context.CancelCauseFunc) *watchdog {
	return &watchdog{r, patience, time.AfterFunc(patience, func() {
		report(fmt.Errorf("no test has begun or ended for %v", patience))
	})}
}

func (w *watchdog) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 && w.timer.Stop() {
		w.timer.Reset(w.patience)
	}
	return n, err
}

func (w *watchdog) stop() { w.timer.Stop() }
