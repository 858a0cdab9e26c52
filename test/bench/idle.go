//go:build linux

package main

import (
	"fmt"
	"time"

	"signaling/test/bench/load"
)

// idle connects more and more clients that do nothing, and looks at the
// server's memory; then all of them leave.
type idle struct {
	steps []int // numbers of clients, ascending
	// settle is how long nothing happens before memory is read: a server may
	// need a moment to give back what connecting or closing took.
	settle time.Duration
}

func (t idle) run(r *trial) error {
	r.loop.RunFor(time.Second)
	start, err := r.server.RSS()
	if err != nil {
		return err
	}
	descriptors, err := r.server.Descriptors()
	if err != nil {
		return err
	}
	r.set("RSS at the start, MB", float64(start)/(1<<20))
	crowd := r.newCrowd(load.WebSocket)
	defer crowd.Close()
	for _, n := range t.steps {
		if err := crowd.Connect(n, 200, 60*time.Second); err != nil {
			return err
		}
		r.loop.RunFor(t.settle)
		now, err := r.server.RSS()
		if err != nil {
			return err
		}
		r.set(fmt.Sprintf(rssPerClient, n), float64(now-start)/1024/float64(n))
		if err := crowd.Await(n, 0); err != nil {
			return fmt.Errorf("while idle: %w", err)
		}
	}
	crowd.Close()
	r.loop.RunFor(t.settle)
	now, err := r.server.RSS()
	if err != nil {
		return err
	}
	left, err := r.server.Descriptors()
	if err != nil {
		return err
	}
	r.set("RSS after all left / at the start", float64(now)/float64(start))
	r.set("descriptors left over", float64(left-descriptors))
	return nil
}
