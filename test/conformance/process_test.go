package conformance

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"syscall"
	"time"

	"signaling/internal/wiretest"
)

// startPatience bounds the start and the end of a server process.
const startPatience = wiretest.Patience

// process is a server under test that this run started.
type process struct {
	name   string
	url    string
	cmd    *exec.Cmd
	stderr bytes.Buffer  // read only after exited is closed
	exited chan struct{} // closed when the process has ended
	result error         // of the process; valid once exited is closed
}

// start runs a server on a port of the kernel's choice and waits for the line
// that names its address; ready's first group is the address. It is called from
// TestMain's goroutine, which lasts as long as the tests.
func start(binary string, ready *regexp.Regexp) (*process, error) {
	p := &process{name: binary, cmd: exec.Command(binary, "-addr", "127.0.0.1:0"), exited: make(chan struct{})}
	p.cmd.Stderr = &p.stderr
	tieToUs(p.cmd)
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	address := make(chan string, 1)
	go func() { // ends with the process, whose end closes stdout
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if m := ready.FindStringSubmatch(lines.Text()); m != nil && len(address) == 0 {
				address <- m[1]
			}
		}
		p.result = p.cmd.Wait()
		close(p.exited)
	}()
	select {
	case p.url = <-address:
		return p, nil
	case <-p.exited:
		return nil, fmt.Errorf("%s ended before it listened: %v\n%s", binary, p.result, p.stderr.Bytes())
	case <-time.After(startPatience):
		p.cmd.Process.Kill()
		return nil, fmt.Errorf("%s printed no line like %s", binary, ready)
	}
}

// stop ends the process as an operator does. It is an error when the process
// was gone already, ended badly, left a panic or a data race in its log, or
// still held connections.
func (p *process) stop() error {
	select {
	case <-p.exited:
		return fmt.Errorf("%s died during the tests: %v\n%s", p.name, p.result, p.stderr.Bytes())
	default:
	}
	left := leftOpen(p.cmd.Process.Pid)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.exited:
	case <-time.After(startPatience):
		p.cmd.Process.Kill()
		<-p.exited
		return fmt.Errorf("%s ignored SIGTERM\n%s", p.name, p.stderr.Bytes())
	}
	log := p.stderr.Bytes()
	if p.result != nil || bytes.Contains(log, []byte("DATA RACE")) || bytes.Contains(log, []byte("panic")) {
		return fmt.Errorf("%s did not end cleanly: %v\n%s", p.name, p.result, log)
	}
	if left != nil {
		return fmt.Errorf("%s: %w", p.name, left)
	}
	return nil
}
