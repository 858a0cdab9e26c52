//go:build linux

// Package server starts the servers that are compared and asks the operating
// system what they cost.
package server

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Spec says how to start a server.
type Spec struct {
	Name string
	// Command returns the command line for a listening address.
	Command func(addr string) []string
}

// Process is a running server. It dies with the benchmark.
type Process struct {
	Spec Spec
	Port int
	PID  int

	cmd    *exec.Cmd
	errors *tail
	exited chan struct{}
}

const (
	startLimit = 20 * time.Second // until a server listens
	stopLimit  = 5 * time.Second  // until a server that was asked to end has ended
)

// Start starts a server on a port that the kernel picks, or on the given one
// if that is not 0, and waits until it has printed its address.
func Start(spec Spec, port int) (*Process, error) {
	args := spec.Command(fmt.Sprintf("127.0.0.1:%d", port))
	p := &Process{Spec: spec, cmd: exec.Command(args[0], args[1:]...), errors: &tail{}, exited: make(chan struct{})}
	p.cmd.Stderr = p.errors
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	p.PID = p.cmd.Process.Pid
	found := make(chan int, 1)
	// Ends when the process closes its stdout, at the latest by exiting.
	go func() {
		readPort(out, found)
		p.cmd.Wait()
		close(p.exited)
	}()
	select {
	case p.Port = <-found:
		return p, nil
	case <-p.exited:
		err = errors.New("it exited")
	case <-time.After(startLimit):
		p.Stop()
		err = fmt.Errorf("it printed no address within %v", startLimit)
	}
	return nil, fmt.Errorf("start %s: %w; run %q to see why; it said: %s", spec.Name, err, strings.Join(args, " "), p.errors)
}

var address = regexp.MustCompile(`http://[^:/ ]+:(\d+)/`)

// readPort reports the port of the first address on r and then reads on, so
// that the server never waits for its output to be taken.
func readPort(r io.Reader, found chan<- int) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if m := address.FindStringSubmatch(line); m != nil {
			port, _ := strconv.Atoi(m[1])
			found <- port
			break
		}
		if err != nil {
			return
		}
	}
	io.Copy(io.Discard, lines)
}

// Stop asks the server to end, and ends it if it does not.
func (p *Process) Stop() {
	p.Terminate()
	select {
	case <-p.exited:
	case <-time.After(stopLimit):
		p.cmd.Process.Kill()
		<-p.exited
	}
}

// Terminate asks the server to end and returns at once.
func (p *Process) Terminate() { p.cmd.Process.Signal(syscall.SIGTERM) }

// Exited reports whether the server has ended.
func (p *Process) Exited() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// Errors is the end of what the server has written to stderr.
func (p *Process) Errors() string { return p.errors.String() }

// tail keeps the end of what is written to it. It is safe for concurrent
// use.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - 2000; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
