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
	servers := flags.String("servers", "", "the servers to compare, separated by commas (default "+strings.Join(names, ",")+"; with -quick not "+plain+")")
	only := flags.String("only", "", "regular expression: the scenarios to run")
	flags.BoolVar(&o.quick, "quick", false, "a short look: one round, short measurements, smaller crowds")
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
		o.rounds, o.warmUp, o.duration = 1, 300*time.Millisecond, 500*time.Millisecond
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
	switch {
	case *servers != "":
		o.servers = strings.Split(*servers, ",")
	case o.quick:
		o.servers = []string{ours, node, floor}
	default:
		o.servers = names
	}
	for _, name := range o.servers {
		if !slices.Contains(names, name) {
			return o, fmt.Errorf("-servers: there is no %q; choose from %s", name, strings.Join(names, ","))
		}
	}
	return o, nil
}

// drive carries out every scenario against every server, round after round.
// The servers follow one another within a scenario, so that their ratio
// suffers least from what else the machine does, and begin in turn.
func drive(chosen []scenario, specs []server.Spec, o options, progress io.Writer) []*Result {
	var results []*Result
	start := time.Now()
	for round := range o.rounds {
		for _, s := range chosen {
			if s.rounds > 0 && round >= s.rounds {
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
