package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCountGo(t *testing.T) {
	stream := `
{"Action":"start","Package":"good"}
{"Action":"run","Package":"good","Test":"TestA"}
{"Action":"output","Package":"good","Test":"TestA","Output":"quiet when it passes\n"}
{"Action":"pass","Package":"good","Test":"TestA/row"}
{"Action":"pass","Package":"good","Test":"TestA"}
{"Action":"pass","Package":"good","Elapsed":1.5}
{"Action":"output","Package":"bad","Test":"TestB","Output":"=== RUN   TestB, quiet\n"}
{"Action":"output","Package":"bad","Test":"TestB","Output":"why it failed\n"}
{"Action":"fail","Package":"bad","Test":"TestB"}
{"Action":"output","Package":"bad","Test":"TestC","Output":"why it was skipped\n"}
{"Action":"skip","Package":"bad","Test":"TestC"}
{"Action":"fail","Package":"bad"}
{"Action":"pass","Package":"exits","Test":"TestD"}
{"Action":"output","Package":"exits","Output":"what the process said\n"}
{"Action":"fail","Package":"exits"}
{"ImportPath":"broken","Action":"build-output","Output":"undefined: x\n"}
{"ImportPath":"broken","Action":"build-fail"}
{"Action":"fail","Package":"broken","FailedBuild":"broken"}
{"Action":"output","Package":"empty","Output":"no test files\n"}
{"Action":"skip","Package":"empty"}
`
	var out strings.Builder
	got, err := countGo(strings.NewReader(stream), &out)
	if err != nil {
		t.Fatal(err)
	}
	// Failed: TestB, TestC, and the packages exits and broken.
	if want := (tally{passed: 3, failed: 4}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, said := range []string{"why it failed", "why it was skipped", "what the process said", "undefined: x", "1.5s"} {
		if !strings.Contains(out.String(), said) {
			t.Errorf("output lacks %q:\n%s", said, out.String())
		}
	}
	if strings.Contains(out.String(), "quiet") {
		t.Errorf("output shows what nobody needs:\n%s", out.String())
	}
}

func TestCountGoRefusesOtherInput(t *testing.T) {
	if _, err := countGo(strings.NewReader("FAIL\n"), io.Discard); err == nil {
		t.Error("text was taken for go test -json")
	}
}

func TestCountNode(t *testing.T) {
	tests := []struct {
		name, output string
		want         tally
	}{
		{"TAP, two runs", "TAP version 13\n# tests 3\n# pass 3\n# fail 0\n# pass 4\n# fail 1\n", tally{7, 1}},
		{"spec, Windows line ends", "ℹ pass 12\r\nℹ fail 0\r\n", tally{12, 0}},
		{"what did not run has failed", "# pass 1\n# fail 2\n# cancelled 3\n# skipped 4\n# todo 5\n", tally{1, 14}},
		{"a summary within a test's output", "    # pass 9\nsay # fail 9\n# pass 9 of 10\n", tally{}},
		{"last line without end", "# pass 2", tally{2, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			got, err := countNode(strings.NewReader(tt.output), &out)
			if err != nil || got != tt.want {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
			if out.String() != tt.output {
				t.Errorf("printed %q, want all of %q", out.String(), tt.output)
			}
		})
	}
}

func TestSuiteRun(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		script string
		want   tally
		says   string
	}{
		{"all pass", t.Context(), "echo '# pass 3'", tally{3, 0}, ""},
		{"some fail", t.Context(), "echo '# pass 3'; echo '# fail 2'; exit 1", tally{3, 2}, ""},
		{"breaks down after its tests", t.Context(), "echo '# pass 3'; exit 7", tally{3, 1}, "suite: exit status 7"},
		{"runs nothing", t.Context(), "true", tally{0, 1}, "suite: ran no test"},
		{"is interrupted", cancelled, "echo '# pass 3'; sleep 60", tally{0, 1}, "suite: stopped: context canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := suite{name: "suite", dir: ".", command: []string{"sh", "-c", tt.script}, count: countNode}
			var out strings.Builder
			if got := s.run(tt.ctx, &out); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if !strings.Contains(out.String(), tt.says) {
				t.Errorf("printed %q, want %q in it", out.String(), tt.says)
			}
		})
	}
}

func TestSuiteEndsWhatItStarted(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := suite{name: "suite", dir: ".", count: countNode,
		command: []string{"sh", "-c", `sleep 600 >"$0" & wait`, pipe}}
	done := make(chan tally, 1)
	go func() { done <- s.run(ctx, io.Discard) }() // ends when it is cancelled, below

	held, err := os.Open(pipe) // waits until the sleep has opened its end
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cancel()
	if got := <-done; got != (tally{0, 1}) {
		t.Errorf("got %v, want one failure", got)
	}
	// The pipe ends when nobody holds its other end any more.
	if _, err := io.Copy(io.Discard, held); err != nil {
		t.Fatal(err)
	}
}

func TestRunNamesItsSuites(t *testing.T) {
	for _, names := range [][]string{nil, {"go", "nonsense"}} {
		if _, err := run(t.Context(), names, io.Discard); err == nil || !strings.Contains(err.Error(), "clients") {
			t.Errorf("%q: error %v, want one that names the suites", names, err)
		}
	}
}
