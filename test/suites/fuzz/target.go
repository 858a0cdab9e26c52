package main

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// result is what came of fuzzing one target.
type result struct {
	executions int
	said       []byte
	err        error
}

var progress = regexp.MustCompile(`(?m)^fuzz: elapsed: .*, execs: (\d+) `)

// fuzz runs the target with one worker. Minimizing what is merely interesting
// is kept short: it would take the target's time.
func (t target) fuzz(ctx context.Context, each string) (r result) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-fuzz", "^"+t.name+"$",
		"-fuzztime", each, "-fuzzminimizetime", "1s", "-parallel", "1", t.dir)
	// Its own group, to end the worker as well.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	r.said, r.err = cmd.CombinedOutput()
	r.executions = executions(r.said)
	if r.err != nil && ranOut(r.said) {
		r.err = nil
	}
	if r.err == nil && r.executions == 0 {
		r.err = errors.New("was not executed")
	}
	return r
}

// executions returns the last count in the output of go test -fuzz.
func executions(said []byte) int {
	all := progress.FindAllSubmatch(said, -1)
	if len(all) == 0 {
		return 0
	}
	n, err := strconv.Atoi(string(all[len(all)-1][1]))
	if err != nil {
		return 0
	}
	return n
}

// ranOut reports whether go test failed for nothing but that the time was over
// while its worker was in the middle of something, which it reports as a
// failure now and then.
func ranOut(said []byte) bool {
	return bytes.Contains(said, []byte("\n    context deadline exceeded\n")) && !bytes.Contains(said, []byte("Failing input"))
}
