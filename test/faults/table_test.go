package faults

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// leastRows is how many faults the table must tell of.
const leastRows = 40

// shownBy is a link to a test: its name, or what the title of a test of Node's
// runner begins with, and its file.
var shownBy = regexp.MustCompile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+)\\)")

// Every test that the table names exists, and every row names one.
func TestTableOfFaults(t *testing.T) {
	text, err := os.ReadFile("../../docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| Fault or attack |") {
			continue
		}
		rows++
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 5 {
			t.Errorf("%.60s…: %d cells, want 5", line, len(cells))
			continue
		}
		for i, cell := range cells {
			if strings.TrimSpace(cell) == "" {
				t.Errorf("%.60s…: cell %d is empty", line, i+1)
			}
		}
		tests := shownBy.FindAllStringSubmatch(cells[3], -1)
		if len(tests) == 0 {
			t.Errorf("%.60s…: no test shows it", line)
		}
		for _, test := range tests {
			checkTest(t, test[1], test[2])
		}
	}
	if rows < leastRows {
		t.Errorf("the table has %d rows, want %d", rows, leastRows)
	}
}

// checkTest checks that a file has a test of that name.
func checkTest(t *testing.T, name, file string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("../..", file))
	switch {
	case err != nil:
		t.Errorf("%s, which is to show %s: %v", file, name, err)
	case strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz"):
		if !strings.Contains(string(source), "\nfunc "+name+"(") {
			t.Errorf("%s has no %s", file, name)
		}
	case !strings.Contains(string(source), name):
		t.Errorf("%s has no test with %q in its title", file, name)
	}
}
