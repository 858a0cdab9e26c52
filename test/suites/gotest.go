package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// event is one line of "go test -json", as "go doc test2json" describes it.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64 // seconds
}

// countGo counts every test and subtest of a "go test -json" stream. It prints a
// line for each package, and what a test has said if it did not pass.
func countGo(in io.Reader, out io.Writer) (tally, error) {
	c := goCount{out: out, packages: map[string]tally{}, said: map[[2]string]string{}}
	stream := json.NewDecoder(in)
	for {
		var e event
		if err := stream.Decode(&e); errors.Is(err, io.EOF) {
			return c.total, nil
		} else if err != nil {
			return c.total, fmt.Errorf("read the output of go test: %w", err)
		}
		c.add(e)
	}
}

type goCount struct {
	out      io.Writer
	total    tally
	packages map[string]tally
	said     map[[2]string]string // by package and test, of those that run
}

func (c *goCount) add(e event) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "output":
		// Lines such as "=== RUN" only say that a test goes on.
		if !strings.HasPrefix(e.Output, "=== ") {
			c.said[key] += e.Output
		}
	case "build-output":
		fmt.Fprint(c.out, e.Output)
	case "pass", "fail", "skip":
		c.end(e, c.said[key])
		delete(c.said, key)
	}
}

// end counts the end of a test, or of a package: one that fails while all of its
// tests pass did not build, or broke down outside of them. A package that is
// skipped has no tests, which is no failure.
func (c *goCount) end(e event, said string) {
	var t tally
	pkg := c.packages[e.Package]
	switch {
	case e.Test != "" && e.Action == "pass":
		t.passed = 1
	case e.Test != "", e.Action == "fail" && pkg.failed == 0:
		t.failed = 1
		fmt.Fprint(c.out, said)
	}
	pkg = pkg.plus(t)
	c.packages[e.Package] = pkg
	c.total = c.total.plus(t)
	if e.Test == "" && e.Action != "skip" {
		fmt.Fprintf(c.out, "%-4s  %-40s %v  %.1fs\n", e.Action, e.Package, pkg, e.Elapsed)
	}
}
