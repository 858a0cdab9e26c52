// Command fuzz runs every fuzz target of the repository, two at a time with one
// worker each, and tells how often each was executed. Run it from the top of the
// repository, as "make fuzz" does. Its exit code is 1 if a target found
// something; what it found is in the package's testdata/fuzz from then on.
//
//	-time     how long each target runs; default $FUZZTIME, or 30s
//	-targets  a regular expression for the names of those that run
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"regexp"
	"sync"
	"syscall"
	"time"

	"signaling/internal/wiretest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	failed, err := run(ctx, os.Args[1:], os.Getenv("FUZZTIME"), os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(2)
	case failed > 0:
		os.Exit(1)
	}
}

// run fuzzes all targets and returns how many have failed.
func run(ctx context.Context, args []string, usual string, out io.Writer) (failed int, err error) {
	if usual == "" {
		usual = "30s"
	}
	flags := flag.NewFlagSet("fuzz", flag.ContinueOnError)
	each := flags.String("time", usual, "how long each target runs")
	names := flags.String("targets", ".", "regular expression for the names of those that run")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	if d, err := time.ParseDuration(*each); err != nil || d <= 0 {
		return 0, fmt.Errorf("time %q: write a duration with its unit, such as 30s (FUZZTIME or -time)", *each)
	}
	chosen, err := regexp.Compile(*names)
	if err != nil {
		return 0, fmt.Errorf("targets: %w", err)
	}
	targets, err := find(os.DirFS("."), chosen)
	if err != nil {
		return 0, err
	}
	if len(targets) == 0 {
		return 0, fmt.Errorf("no target has a name like %q", *names)
	}
	return fuzzAll(ctx, targets, *each, out), nil
}

// atOnce is how many targets run side by side.
const atOnce = 2

// fuzzAll runs the targets, prints a line for each and then their sums, in the
// form of a test runner's summary.
func fuzzAll(ctx context.Context, targets []target, each string, out io.Writer) (failed int) {
	var wg sync.WaitGroup
	var mu sync.Mutex // guards what follows, and out
	var executions, passed int
	slots := make(chan struct{}, atOnce)
	for _, t := range targets {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			r := t.fuzz(ctx, each)
			mu.Lock()
			defer mu.Unlock()
			executions += r.executions
			if r.err == nil {
				passed++
				fmt.Fprintf(out, "pass  %-20s %-24s %12d executions\n", t.dir, t.name, r.executions)
				return
			}
			failed++
			fmt.Fprintf(out, "fail  %-20s %-24s %v\n%s\n", t.dir, t.name, r.err, r.said)
		})
	}
	wg.Wait()
	fmt.Fprintf(out, "%d executions\n# pass %d\n# fail %d\n", executions, passed, failed)
	return failed
}

// target is a fuzz target.
type target struct{ dir, name string }

var declaration = regexp.MustCompile(`(?m)^func (Fuzz\w*)\(\w+ \*testing\.F\)`)

// find returns the targets below the tree whose names match.
func find(tree fs.FS, names *regexp.Regexp) (targets []target, err error) {
	err = wiretest.TestFiles(tree, func(dir string, source []byte) {
		for _, found := range declaration.FindAllSubmatch(source, -1) {
			if names.Match(found[1]) {
				targets = append(targets, target{"./" + dir, string(found[1])})
			}
		}
	})
	return targets, err
}
