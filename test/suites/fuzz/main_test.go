package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestFind(t *testing.T) {
	file := func(source string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(source)} }
	tree := fstest.MapFS{
		"a/a_test.go":                 file("func FuzzOne(f *testing.F) {\n}\n\nfunc FuzzTwo(f *testing.F) {}\n"),
		"a/b_test.go":                 file("func TestThree(t *testing.T) {}\n// func FuzzFour(f *testing.F)\n"),
		"a/c.go":                      file("func FuzzFive(f *testing.F) {}\n"),
		"node_modules/x/x_test.go":    file("func FuzzSix(f *testing.F) {}\n"),
		".git/x_test.go":              file("func FuzzSeven(f *testing.F) {}\n"),
		"internal/deep/deep_test.go":  file("func FuzzEight(fuzz *testing.F) {}\n"),
		"internal/deep/other_test.go": file("func FuzzHelper(t *testing.T) {}\n"),
	}
	got, err := find(tree, regexp.MustCompile("."))
	want := []target{{"./a", "FuzzOne"}, {"./a", "FuzzTwo"}, {"./internal/deep", "FuzzEight"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("found %v, %v, want %v", got, err, want)
	}
	if got, _ := find(tree, regexp.MustCompile("Two")); len(got) != 1 {
		t.Errorf("found %v of those with Two in the name", got)
	}
}

func TestExecutions(t *testing.T) {
	for said, want := range map[string]int{
		"": 0,
		"fuzz: elapsed: 0s, gathering baseline coverage: 0/14 completed\n":                              0,
		"fuzz: elapsed: 3s, execs: 8279 (2759/sec), new interesting: 5 (total: 19)\n":                   8279,
		"fuzz: elapsed: 3s, execs: 82 (27/sec), new\nfuzz: elapsed: 6s, execs: 190 (36/sec), x\nPASS\n": 190,
	} {
		if got := executions([]byte(said)); got != want {
			t.Errorf("%q tells of %d executions, want %d", said, got, want)
		}
	}
}

func TestRanOut(t *testing.T) {
	const over = "--- FAIL: FuzzX (47.16s)\n    context deadline exceeded\nFAIL\n"
	for said, want := range map[string]bool{
		over: true,
		"--- FAIL: FuzzX (0.02s)\n    --- FAIL: FuzzX (0.00s)\n        x_test.go:3: found it\n\n    Failing input written to testdata/fuzz/FuzzX/1\n": false,
		over + "    Failing input written to testdata/fuzz/FuzzX/1\n":                                                                                 false,
		"FAIL: build failed\n": false,
	} {
		if got := ranOut([]byte(said)); got != want {
			t.Errorf("%q is taken for the end of the time: %v", said, got)
		}
	}
}

func TestRunRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"-time", "30"}, "FUZZTIME"},
		{[]string{"-time", "-1s"}, "FUZZTIME"},
		{[]string{"-targets", "("}, "targets"},
		{[]string{"-targets", "Nobody"}, "Nobody"},
	} {
		if _, err := run(t.Context(), row.args, "", os.Stdout); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: error %v, want one about %s", row.args, err, row.want)
		}
	}
}

// A target that finds something fails the run and says what it was.
func TestRunFindsAndTells(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, source := range map[string]string{
		"go.mod": "module fuzzed\n\ngo 1.25.0\n",
		// In pieces, not to be found among the targets of this repository.
		"x_test.go": "package fuzzed\n\nimport \"testing\"\n\n" +
			"func FuzzGood(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) {}) }\n\n" +
			"func FuzzBad(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) { t.Fatal(`found it`) }) }\n",
	} {
		if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	failed, err := run(t.Context(), []string{"-time", "1s"}, "", &out)
	if err != nil || failed != 1 {
		t.Errorf("%d failed, %v, want 1", failed, err)
	}
	for _, said := range []string{"pass  ./.", "FuzzGood", "fail  ./.", "found it", "# pass 1\n", "# fail 1\n"} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("printed %q, want %q in it", out.String(), said)
		}
	}
}
