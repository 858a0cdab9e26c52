//go:build linux

package main

import (
	"time"

	"signaling/test/bench/load"
	"signaling/test/bench/server"
)

// startup starts the server and connects one client to it, a few times.
type startup struct{ times int }

func (t startup) run(r *trial) error {
	var all load.Latencies
	for range t.times {
		r.server.Stop()
		begin := time.Now()
		var err error
		if r.server, err = server.Start(r.server.Spec, 0); err != nil {
			return err
		}
		crowd := r.newCrowd(load.WebSocket)
		if err := crowd.Connect(1, 1, 10*time.Second); err != nil {
			return err
		}
		all = append(all, time.Since(begin))
		crowd.Close()
	}
	r.set(firstClient, all.Quantile(0.5).Seconds()*1e3)
	return nil
}
