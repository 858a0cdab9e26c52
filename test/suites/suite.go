package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// stallTime is how long a suite may print nothing: then a test hangs, which is a
// failure and not a build that never ends. A suite that goes on may take its
// time, since a busy machine makes tests slow.
const stallTime = 20 * time.Minute

// suite is a command that runs tests and prints the result of each.
type suite struct {
	name    string
	dir     string
	command []string
	count   counter
	stall   time.Duration // see stallTime, which 0 stands for
}

// counter reads the output of a suite to its end, prints what a person needs of
// it and adds up the results.
type counter func(in io.Reader, out io.Writer) (tally, error)

var suites = map[string]suite{
	"go": {
		dir: ".",
		// Not from the cache: these tests ask real peers, which the cache does not know.
		command: []string{"go", "test", "-race", "-count=1", "-timeout=60m", "-json", "./..."},
		count:   countGo,
	},
	// The way of systems and processors without the poller, see internal/netpoll.
	"portable": {
		dir: ".",
		command: []string{"go", "test", "-count=1", "-timeout=60m", "-tags=nopoll", "-json",
			"./internal/...", "./handlers", "./test/conformance"},
		count: countGo,
	},
	// Its summary has the form of Node's.
	"fuzz":         {dir: ".", command: []string{"go", "run", "./test/suites/fuzz"}, count: countNode},
	"clients":      node("clients"),
	"otherclients": node("otherclients"),
	"options":      node("options"),
	"browser":      node("browser"),
	"room":         node("room"),
	"compat":       node("compat"),
}

// node is a suite of Node.js's test runner, a script in test/package.json.
func node(script string) suite {
	return suite{dir: "test", command: []string{"npm", "run", "--silent", script}, count: countNode}
}

// tally is the number of tests that passed and failed. A skipped test counts as
// failed: a check that did not run has shown nothing.
type tally struct {
	passed, failed int
}

func (t tally) String() string {
	return fmt.Sprintf("%d passed, %d failed", t.passed, t.failed)
}

func (t tally) plus(other tally) tally {
	return tally{t.passed + other.passed, t.failed + other.failed}
}

// run runs the suite to its end. A suite that breaks down without reporting a
// failure, or that runs nothing, counts as one failure.
func (s suite) run(ctx context.Context, out io.Writer) tally {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, err := s.runCounting(ctx, cancel, out)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(out, "%s: stopped: %v\n", s.name, context.Cause(ctx))
		t.failed++
	case t.failed > 0:
	case err != nil:
		fmt.Fprintf(out, "%s: %v\n", s.name, err)
		t.failed++
	case t.passed == 0:
		fmt.Fprintf(out, "%s: ran no test\n", s.name)
		t.failed++
	}
	return t
}

// runCounting runs the suite's command and counts its results. It calls stop if
// the command stalls; stop ends ctx.
func (s suite) runCounting(ctx context.Context, stop context.CancelCauseFunc, out io.Writer) (tally, error) {
	cmd := exec.CommandContext(ctx, s.command[0], s.command[1:]...)
	cmd.Dir = s.dir
	cmd.Stderr = os.Stderr
	// Its own group, to end what it has started as well: servers and browsers.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	// Time for a process left behind to let go of the pipe.
	cmd.WaitDelay = 10 * time.Second

	reader, writer := io.Pipe()
	cmd.Stdout = writer
	exited := make(chan error, 1)
	go func() { // ends with the command
		err := cmd.Run()
		writer.Close()
		exited <- err
	}()
	alive := newWatchdog(reader, cmp.Or(s.stall, stallTime), stop)
	defer alive.stop()
	t, err := s.count(alive, out)
	// A counter that gave up must not leave the command writing to nobody.
	io.Copy(io.Discard, reader)
	if runErr := <-exited; runErr != nil {
		err = runErr
	}
	return t, err
}
