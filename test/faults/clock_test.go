package faults

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// wall are the methods of a time.Time that look at the wall clock, or that make
// a time whose differences do (package time, "Monotonic Clocks").
var wall = []string{"Unix", "UnixMilli", "UnixMicro", "UnixNano", "Round", "Truncate", "UTC", "Local", "In", "AddDate", "Format"}

// A clock that jumps, by hand or after a pause of the machine, must not end
// sessions nor keep dead ones: what times them may compare times only by the
// monotonic clock, which does not jump. No test can set the machine's clock
// back, so this one reads the source: time.Now is never turned into something
// that has the wall clock alone. Tokens are the exception, and not among these
// packages: their expiry is a time of day.
func TestSessionsAreTimedByTheMonotonicClock(t *testing.T) {
	for _, dir := range []string{"engine", "bridge", "rooms", "server"} {
		names, err := filepath.Glob("../../internal/" + dir + "/*.go")
		if err != nil || len(names) == 0 {
			t.Fatalf("no source in %s: %v", dir, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "http_date.go" { // tells the time of day
				continue
			}
			for _, use := range wallUses(t, name) {
				t.Errorf("%s: %s looks at the wall clock", name, use)
			}
		}
	}
}

// wallUses returns the calls of wall methods in a file whose receiver comes from
// the clock.
func wallUses(t *testing.T, name string) (uses []string) {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(wall, method.Sel.Name) {
			return true
		}
		text := string(source[method.Pos()-1 : method.End()-1])
		if strings.HasPrefix(text, "time.Unix") || !strings.Contains(string(source), `"time"`) {
			return true // makes a time of a number, or has nothing to do with any
		}
		uses = append(uses, text)
		return true
	})
	return uses
}

// What the test above relies on: differences survive a jump of the wall clock.
func TestTimesKeepTheMonotonicClock(t *testing.T) {
	now := time.Now()
	if !strings.Contains(now.Add(time.Hour).String(), "m=+") {
		t.Errorf("%v has lost its monotonic reading", now)
	}
	if strings.Contains(now.Round(0).String(), "m=+") {
		t.Errorf("%v has kept its monotonic reading", now)
	}
}
