package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// suiteTime bounds one suite, so that a test that hangs is a failure and not a
// build that never ends.
const suiteTime = 10 * time.Minute

// suite is a command that runs tests and prints what became of them.
type suite struct {
	name    string
	dir     string
	command []string
	count   counter
}

// counter reads what a suite prints to its end, shows a person what matters of
// it and adds it up.
type counter func(in io.Reader, out io.Writer) (tally, error)

var suites = map[string]suite{
	"go": {
		dir: ".",
		// Not from the cache: these tests ask real peers, which the cache does not know.
		command: []string{"go", "test", "-race", "-count=1", "-timeout=9m", "-json", "./..."},
		count:   countGo,
	},
	// Its summary has the form of Node's.
	"fuzz":         {dir: ".", command: []string{"go", "run", "./test/fuzz"}, count: countNode},
	"clients":      node("test/clients"),
	"otherclients": node("test/otherclients"),
	"options":      node("test/options"),
	"browser":      node("test/browser"),
	"room":         node("test/room"),
	"compat":       node("test/compat"),
}

// node is a suite of Node.js's test runner.
func node(dir string) suite {
	return suite{dir: dir, command: []string{"npm", "test", "--silent"}, count: countNode}
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
	ctx, cancel := context.WithTimeout(ctx, suiteTime)
	defer cancel()
	t, err := s.runCounting(ctx, out)
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

func (s suite) runCounting(ctx context.Context, out io.Writer) (tally, error) {
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
	t, err := s.count(reader, out)
	// A counter that gave up must not leave the command writing to nobody.
	io.Copy(io.Discard, reader)
	if runErr := <-exited; runErr != nil {
		err = runErr
	}
	return t, err
}
