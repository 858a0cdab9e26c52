// Command suites runs the test suites that its arguments name and ends with one
// line that adds them up: "N passed, N failed". Its exit code is 1 if anything
// failed. Run it from the top of the repository, as "make test" does.
package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	total, err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(2)
	case total.failed > 0:
		os.Exit(1)
	}
}

// known lists the suites there are.
func known() string {
	return strings.Join(slices.Sorted(maps.Keys(suites)), ", ")
}

// run runs the named suites one after the other: they share the processors, and
// a test that waits for a browser must not starve beside another suite.
func run(ctx context.Context, names []string, out io.Writer) (tally, error) {
	var chosen []suite
	for _, name := range names {
		s, ok := suites[name]
		if !ok {
			return tally{}, fmt.Errorf("unknown suite %q: choose from %s", name, known())
		}
		s.name = name
		chosen = append(chosen, s)
	}
	if len(chosen) == 0 {
		return tally{}, fmt.Errorf("name the suites to run: %s", known())
	}
	var total tally
	for _, s := range chosen {
		fmt.Fprintf(out, "== %s\n", s.name)
		t := s.run(ctx, out)
		fmt.Fprintf(out, "== %s: %v\n", s.name, t)
		total = total.plus(t)
	}
	fmt.Fprintln(out, total)
	return total, nil
}
