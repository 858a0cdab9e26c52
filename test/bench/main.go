//go:build linux

// Command bench compares the server with Node's socket.io, with socket.io/v2
// used the plain way, and with a bare relay that checks nothing (the floor).
// One load generator drives each in turn, several rounds interleaved, and
// checks that every message arrived once, intact and in order. Nothing here
// asserts how long something took; only what arrived wrongly at our server
// makes it fail.
//
// Run it from anywhere in the repository, after `make build` and `npm ci` in
// test/bench/node:
//
//	go run ./test/bench            all of it, under 15 minutes
//	go run ./test/bench -quick     a short look, under 2 minutes
//	go run ./test/bench -only '^pairs' -servers ours,node
//	go run ./test/bench -servers ours -before ../old/bin/signaling
//
// The last compares two builds of our server alone, each scenario in every
// round, and says where ours is worse than the earlier one by more than the
// figures vary by themselves.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"signaling/test/bench/server"
)

// openFiles is what 15,000 connections need at either end, with room to
// spare; 5,000 clients that upgrade have three each for a while.
const openFiles = 16_000

type options struct {
	ours     string
	before   string // "" for none
	servers  []string
	only     *regexp.Regexp
	quick    bool
	rounds   int
	warmUp   time.Duration
	duration time.Duration
	limit    time.Duration
	json     string
}

func main() {
	// The generator is one thread, and the servers are told to die with it.
	runtime.LockOSThread()
	debug.SetGCPercent(400)
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	var chosen []scenario
	for _, s := range scenarios(o.quick) {
		if o.only.MatchString(s.name) {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 0 {
		return fmt.Errorf("-only %v matches no scenario; -list prints them", o.only)
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	build, err := os.MkdirTemp("", "bench")
	if err != nil {
		return fmt.Errorf("make a folder for the servers: %w", err)
	}
	defer os.RemoveAll(build)
	specs, err := prepare(root, build, o)
	if err != nil {
		return err
	}
	if err := server.RaiseLimit(openFiles); err != nil {
		return err
	}
	machine := describeMachine(root)
	results := drive(chosen, specs, o, stderr)
	printReport(stdout, machine, chosen, o, results)
	if err := writeJSON(root, o, machine, results); err != nil {
		return err
	}
	return verdict(results)
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.ours, "ours", "bin/signaling", "our server's binary, relative to the repository")
	flags.StringVar(&o.before, "before", "", "the binary of an earlier build of our server to compare with, relative to the repository; adds the server "+before)
	servers := flags.String("servers", "", "the servers to compare, separated by commas (default "+strings.Join(names, ",")+"; with -quick not "+plain+")")
	only := flags.String("only", "", "regular expression: the scenarios to run")
	flags.BoolVar(&o.quick, "quick", false, "a short look: one round (without -before), short measurements, smaller crowds")
	flags.IntVar(&o.rounds, "rounds", 3, "how often everything is measured")
	flags.DurationVar(&o.warmUp, "warmup", 800*time.Millisecond, "how long traffic runs before it is measured")
	flags.DurationVar(&o.duration, "duration", 1500*time.Millisecond, "how long traffic is measured")
	flags.DurationVar(&o.limit, "limit", 13*time.Minute, "after this nothing more of a second or later round is begun")
	flags.StringVar(&o.json, "json", "test/bench/artifacts/bench.json", "where the figures go as JSON, relative to the repository")
	list := flags.Bool("list", false, "print the scenarios and end")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.quick {
		o.warmUp, o.duration = 300*time.Millisecond, 500*time.Millisecond
		// One round has no spread, without which builds cannot be compared.
		if o.before == "" {
			o.rounds = 1
		}
	}
	if *list {
		for _, s := range scenarios(o.quick) {
			fmt.Fprintf(stderr, "%-20s %s\n", s.name, s.about)
		}
		return o, flag.ErrHelp
	}
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, fmt.Errorf("-only: %w", err)
	}
	o.servers, err = choose(*servers, o)
	return o, err
}

// choose returns the servers to compare: those of the list, or else as many as
// there is time for, and the earlier build beside ours if there is one.
func choose(list string, o options) ([]string, error) {
	var chosen []string
	switch {
	case list != "":
		chosen = strings.Split(list, ",")
	case o.quick:
		chosen = []string{ours, node, floor}
	default:
		chosen = slices.Clone(names)
	}
	for _, name := range chosen {
		if name == before && o.before == "" {
			return nil, fmt.Errorf("-servers: %q is the binary that -before names", name)
		}
		if !slices.Contains(names, name) && name != before {
			return nil, fmt.Errorf("-servers: there is no %q; choose from %s", name, strings.Join(names, ","))
		}
	}
	if o.before == "" {
		return chosen, nil
	}
	at := slices.Index(chosen, ours)
	if at < 0 {
		return nil, fmt.Errorf("-before: %q must be among the servers", ours)
	}
	if !slices.Contains(chosen, before) {
		chosen = slices.Insert(chosen, at+1, before)
	}
	return chosen, nil
}

// columns are the servers that the table shows.
func (o options) columns() []string {
	if o.before == "" {
		return names
	}
	return append([]string{ours, before}, names[1:]...)
}

// roundsOf returns how often a scenario is measured. Two builds alone take so
// little time that nothing need be left out.
func (o options) roundsOf(s scenario) int {
	if s.rounds == 0 || o.before != "" && len(o.servers) == 2 {
		return o.rounds
	}
	return min(s.rounds, o.rounds)
}

// drive carries out every scenario against every server, round after round.
// The servers follow one another within a scenario, so that their ratio
// suffers least from what else the machine does, and begin in turn.
func drive(chosen []scenario, specs []server.Spec, o options, progress io.Writer) []*Result {
	var results []*Result
	start := time.Now()
	for round := range o.rounds {
		for _, s := range chosen {
			if round >= o.roundsOf(s) {
				continue
			}
			if round > 0 && time.Since(start) > o.limit {
				fmt.Fprintf(progress, "round %d ends before %s: -limit %v has passed\n", round+1, s.name, o.limit)
				return results
			}
			for i := range specs {
				spec := specs[(i+round)%len(specs)]
				if !s.takesPart(spec.Name) || spec.Name == plain && round > 0 {
					continue
				}
				begun := time.Now()
				result := execute(s, spec, o, round)
				results = append(results, result)
				fmt.Fprintf(progress, "round %d  %-20s %-6s %5.1f s  %s\n",
					round+1, s.name, spec.Name, time.Since(begun).Seconds(), result.faults())
			}
		}
	}
	return results
}

// verdict is an error if anything went wrong at our server.
func verdict(results []*Result) error {
	wrong := 0
	for _, r := range results {
		if r.Server == ours && r.wrong() {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("our server did not deliver everything once, intact and in order, or ended, in %d runs; the table says which", wrong)
	}
	return nil
}
