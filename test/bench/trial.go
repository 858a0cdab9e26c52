//go:build linux

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"signaling/test/bench/load"
	"signaling/test/bench/server"
)

// trial is one scenario against one server, which was started for it.
type trial struct {
	loop     *load.Loop
	server   *server.Process // a scenario may replace it by a new one
	warmUp   time.Duration   // before traffic is measured
	duration time.Duration   // for which traffic is measured
	patience time.Duration   // without a delivery, until what is missing is lost
	result   *Result
}

// Result is what one run gave.
type Result struct {
	Round      int                `json:"round"`
	Scenario   string             `json:"scenario"`
	Server     string             `json:"server"`
	Metrics    map[string]float64 `json:"metrics"`
	Sent       int                `json:"deliveries_due"`
	Lost       int                `json:"lost"`
	Reordered  int                `json:"reordered"`
	Duplicated int                `json:"duplicated"`
	Corrupt    int                `json:"corrupt"`
	Error      string             `json:"error,omitempty"`
}

// wrong reports whether anything did not arrive once, intact and in order,
// or the scenario could not be carried through.
func (r *Result) wrong() bool { return r.faults() != "" }

// faults says what went wrong, or nothing.
func (r *Result) faults() string {
	var list []string
	for _, f := range []struct {
		n    int
		what string
	}{{r.Lost, "lost"}, {r.Reordered, "out of order"}, {r.Duplicated, "duplicated"}, {r.Corrupt, "corrupt"}} {
		if f.n > 0 {
			list = append(list, fmt.Sprintf("%s %s of %s", thousands(f.n), f.what, thousands(r.Sent)))
		}
	}
	if r.Error != "" {
		list = append(list, r.Error)
	}
	return strings.Join(list, ", ")
}

// execute starts the server, carries out the scenario and stops the server.
// What goes wrong is in the result.
func execute(s scenario, spec server.Spec, o options, round int) *Result {
	result := &Result{Round: round, Scenario: s.name, Server: spec.Name, Metrics: map[string]float64{}}
	r := &trial{
		warmUp:   o.warmUp,
		duration: o.duration * time.Duration(max(s.stretch, 1)),
		patience: 10 * time.Second,
		result:   result,
	}
	if spec.Name == plain {
		r.patience = 2 * time.Second // it loses something nearly every time
	}
	if err := r.execute(s, spec); err != nil {
		r.note(err)
	}
	return result
}

func (r *trial) execute(s scenario, spec server.Spec) error {
	var err error
	if r.loop, err = load.NewLoop(); err != nil {
		return err
	}
	defer r.loop.Close()
	if r.server, err = server.Start(spec, 0); err != nil {
		return err
	}
	defer func() { r.server.Stop() }()
	err = s.run(r)
	if r.server.Exited() {
		err = errors.Join(err, fmt.Errorf("the server ended: %s", r.server.Errors()))
	}
	return err
}

func (r *trial) newCrowd(t load.Transport) *load.Crowd {
	return load.NewCrowd(r.loop, r.server.Port, t)
}

func (r *trial) set(metric string, value float64) { r.result.Metrics[metric] = value }

func (r *trial) count(l *load.Ledger) {
	r.result.Sent += l.Sent
	r.result.Lost += l.Lost()
	r.result.Reordered += l.Reordered
	r.result.Duplicated += l.Duplicated
	r.result.Corrupt += l.Corrupt
}

func (r *trial) note(err error) {
	if r.result.Error != "" {
		r.result.Error += "; "
	}
	r.result.Error += err.Error()
}

// span is a stretch of time whose CPU use is charged to what was done in it.
type span struct {
	begun time.Duration // loop time
	cpu   server.CPU
	own   time.Duration // the generator's CPU time
}

func (r *trial) startSpan() (s span, err error) {
	s.cpu, err = r.server.CPU()
	s.own, s.begun = ownCPU(), r.loop.Now()
	return s, err
}

// end sets the CPU metrics of a span in which n things were done.
func (s span) end(r *trial, n int, thing string) error {
	now, err := r.server.CPU()
	if err != nil || n == 0 {
		return err
	}
	each := func(d time.Duration) float64 { return d.Seconds() * 1e6 / float64(n) }
	r.set("CPU per "+thing+", µs", each(now.Total-s.cpu.Total))
	r.set("generator CPU per "+thing+", µs", each(ownCPU()-s.own))
	if ticks := now.User + now.System - s.cpu.User - s.cpu.System; ticks > 0 {
		r.set("kernel's share of CPU per "+thing+", %", 100*(now.System-s.cpu.System)/ticks)
	}
	return nil
}

func (s span) elapsed(r *trial) time.Duration { return r.loop.Now() - s.begun }

func ownCPU() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		panic(fmt.Sprintf("read the generator's CPU time: %v", err))
	}
	return time.Duration(ts.Nano())
}
