//go:build linux

package main

import (
	"errors"
	"fmt"
	"time"
)

// measure lets the traffic run on, measured, and waits until nothing is under
// way any more.
func (s *sending) measure(r *trial) error {
	if s.rate > 0 {
		s.from, s.until = s.loop.Now(), s.loop.Now()+r.duration
	}
	memory, err := r.server.RSS()
	if err != nil {
		return err
	}
	span, err := r.startSpan()
	if err != nil {
		return err
	}
	delivered := s.ledger.Delivered + s.slowLedger.Delivered
	s.loop.RunFor(r.duration)
	delivered = s.ledger.Delivered + s.slowLedger.Delivered - delivered
	if err := span.end(r, delivered, "delivery"); err != nil {
		return err
	}
	if s.slowReader > 0 {
		now, err := r.server.RSS()
		if err != nil {
			return err
		}
		r.set("rss growth, MB", float64(now-memory)/(1<<20))
	}
	s.stopped, s.flatOut = true, false
	s.drain(r.patience)
	s.report(r, delivered)
	if delivered == 0 {
		return errors.New("nothing was delivered while it was measured")
	}
	return nil
}

// drain waits for what is under way, until nothing has come for a while.
func (s *sending) drain(patience time.Duration) {
	all := func() bool {
		return s.ledger.Lost() == 0 && (s.slowLedger.Lost() == 0 || s.slowCutOff())
	}
	for before := -1; before != s.ledger.Delivered+s.slowLedger.Delivered; {
		before = s.ledger.Delivered + s.slowLedger.Delivered
		if s.loop.Run(patience, all) {
			return
		}
	}
}

func (s *sending) slowCutOff() bool {
	return s.slowReader > 0 && !s.crowd.Clients[s.clients-1].Connected
}

func (s *sending) report(r *trial, delivered int) {
	r.count(s.ledger)
	if s.rate > 0 {
		r.set("latency p50, ms", s.latencies.Quantile(0.50).Seconds()*1e3)
		r.set(p99, s.latencies.Quantile(0.99).Seconds()*1e3)
		// Where this is near the latency, the machine was too busy to tell.
		r.set("generator late p99, ms", s.lateness.Quantile(0.99).Seconds()*1e3)
	} else {
		r.set("deliveries/s", float64(delivered)/r.duration.Seconds())
	}
	dropped := s.crowd.Dropped
	if s.slowReader > 0 {
		r.set("slow reader got, %", 100*float64(s.slowLedger.Delivered)/float64(max(s.slowLedger.Sent, 1)))
		if s.slowCutOff() {
			// Being cut off is an answer to being slow; what came until
			// then must still be without gaps.
			dropped--
			s.slowLedger.Sent = s.slowLedger.Delivered
		}
		r.count(s.slowLedger)
	}
	if dropped > 0 {
		r.note(fmt.Errorf("the server dropped %d connections: %w", dropped, s.crowd.LastError))
	}
}
