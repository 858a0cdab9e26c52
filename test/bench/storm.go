//go:build linux

package main

import (
	"errors"
	"fmt"
	"time"

	"signaling/test/bench/load"
	"signaling/test/bench/server"
)

// storm connects everybody at once, then restarts the server under them.
type storm struct {
	clients   int
	transport load.Transport
}

// stormLimit is how long everybody may take to be connected.
const stormLimit = 90 * time.Second

func (t storm) run(r *trial) error {
	crowd := r.newCrowd(t.transport)
	defer crowd.Close()
	crowd.Reconnect = true
	span, err := r.startSpan()
	if err != nil {
		return err
	}
	if err := crowd.Connect(t.clients, t.clients, stormLimit); err != nil {
		return err
	}
	if err := span.end(r, t.clients, "connect"); err != nil {
		return err
	}
	r.set("time until all are connected, s", span.elapsed(r).Seconds())
	r.set("attempts that failed", float64(crowd.Retries))
	if err := t.roundCall(r, crowd); err != nil {
		return err
	}
	return t.restart(r, crowd)
}

// restart ends the server, starts it again on its port and waits until
// everybody is back.
func (t storm) restart(r *trial, crowd *load.Crowd) error {
	old, before := r.server, crowd.Retries
	old.Terminate()
	r.loop.Run(3*time.Second, old.Exited)
	old.Stop()
	var err error
	if r.server, err = server.Start(old.Spec, old.Port); err != nil {
		return err
	}
	span, err := r.startSpan()
	if err != nil {
		return err
	}
	if err := crowd.Await(t.clients, stormLimit); err != nil {
		return fmt.Errorf("after the restart: %w", err)
	}
	if err := span.end(r, t.clients, "reconnect"); err != nil {
		return err
	}
	r.set("time until all are back, s", span.elapsed(r).Seconds())
	// Everybody's first loss, of the connection that stood, is none.
	r.set("attempts that failed after the restart", float64(crowd.Retries-before-t.clients))
	return t.roundCall(r, crowd)
}

// roundCall has one client send an offer that must reach all the others
// once: being connected is worth nothing if nothing arrives.
func (t storm) roundCall(r *trial, crowd *load.Crowd) error {
	r.loop.RunFor(200 * time.Millisecond) // the last "5" of an upgrade
	payload := load.NewPayload(200, false)
	ledger := load.NewLedger(t.clients)
	crowd.OnMessage = func(c *load.Client, p []byte) {
		if _, ok := payload.Read(p); !ok {
			ledger.Corrupt++
			return
		}
		ledger.Arrived(c.Index, 0)
	}
	crowd.Clients[0].Send(payload.AppendOffer(nil, load.Mark{}))
	ledger.Sent = t.clients - 1
	ok := r.loop.Run(20*time.Second, func() bool { return ledger.Lost() == 0 })
	r.count(ledger)
	if !ok {
		return errors.New("not everybody received the offer that was sent after connecting")
	}
	return nil
}
