package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// server is the process that is soaked.
type server struct {
	cmd    *exec.Cmd
	addr   string
	debug  string // where its figures are
	stderr *tail
}

var figuresURL = regexp.MustCompile(`url=(http://\S+/figures)`)

// startServer starts the built server, with heartbeats that find soon who has
// vanished.
func startServer() (*server, error) {
	cmd := exec.Command("bin/signaling", "-addr", "127.0.0.1:0", "-debug-addr", "127.0.0.1:0",
		"-ping-interval", "3s", "-ping-timeout", "8s", "-connect-timeout", "5s")
	srv := &server{cmd: cmd, stderr: new(tail)}
	cmd.Stderr = srv.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w; run \"make build\" first", err)
	}
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	var port int
	if _, scanErr := fmt.Sscanf(line, "Open http://localhost:%d/", &port); scanErr != nil {
		srv.kill()
		return nil, fmt.Errorf("the server announces itself with %q: %w: %s", line, err, srv.stderr)
	}
	go io.Copy(io.Discard, lines) // ends with the process
	srv.addr = "127.0.0.1:" + strconv.Itoa(port)
	if srv.debug = srv.figures(); srv.debug == "" {
		srv.kill()
		return nil, fmt.Errorf("the server does not tell where its figures are: %s", srv.stderr)
	}
	return srv, nil
}

// figuresTime is how long the line on stderr may take behind that on stdout, which
// it was written before: each comes through a pipe of its own.
const figuresTime = 5 * time.Second

// figures returns the address that the server has logged, or "".
func (s *server) figures() string {
	for deadline := time.Now().Add(figuresTime); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if url := figuresURL.FindStringSubmatch(s.stderr.String()); url != nil {
			return url[1]
		}
	}
	return ""
}

func (s *server) kill() { s.cmd.Process.Kill() }

// stop ends the server in order and returns what it has logged.
func (s *server) stop() string {
	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		fmt.Fprintf(s.stderr, "level=ERROR the server ended with %v\n", err)
	}
	return s.stderr.String()
}

// tail is the end of a log. It is safe for concurrent use.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const maxTail = 1 << 20

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-maxTail):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

// crowd is the process of the official clients.
type crowd struct {
	cmd    *exec.Cmd
	stdout bytes.Buffer
}

// said is what the crowd tells at its end.
type said struct {
	Calls, Delivered int
	Errors           []string
}

func startCrowd(url string, calls int) (*crowd, error) {
	c := &crowd{cmd: exec.Command("node", "test/bench/soak/crowd.mjs", url, strconv.Itoa(calls))}
	c.cmd.Stdout, c.cmd.Stderr = &c.stdout, os.Stderr
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the clients: %w; install Node.js 20 or later", err)
	}
	return c, nil
}

func (c *crowd) kill() { c.cmd.Process.Kill() }

// stop lets the calls come to their end.
func (c *crowd) stop() (said, error) {
	var s said
	c.cmd.Process.Signal(syscall.SIGTERM)
	if err := c.cmd.Wait(); err != nil {
		return s, fmt.Errorf("the clients ended with %w", err)
	}
	if err := json.Unmarshal(c.stdout.Bytes(), &s); err != nil {
		return s, errors.New("the clients do not tell how it went")
	}
	return s, nil
}
