//go:build field

package field

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// server is a process of a program under test.
type server struct {
	addr   string
	cmd    *exec.Cmd
	log    *wiretest.Log
	exited chan struct{} // closed when the process has ended
}

// start runs the signaling server on a free port until the test ends.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	return run(t, signalingProgram, append([]string{"-addr", "127.0.0.1:0"}, args...)...)
}

// startApplication runs the application of the module until the test ends.
func startApplication(t testing.TB, args ...string) *server {
	t.Helper()
	return run(t, applicationProgram, args...)
}

// address is what a program prints when it listens.
var address = regexp.MustCompile(`^(?:Open|listening on) http://(?:localhost|127\.0\.0\.1):(\d+)`)

// run runs a program until the test ends, by SIGTERM then. Its log is shown
// when the test fails.
func run(t testing.TB, program string, args ...string) *server {
	t.Helper()
	s := &server{cmd: exec.Command(program, args...), log: &wiretest.Log{}, exited: make(chan struct{})}
	s.cmd.Stderr = s.log
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	line, _ := lines.ReadString('\n')
	go func() { // ends with the process
		io.Copy(io.Discard, lines)
		s.cmd.Wait()
		close(s.exited)
	}()
	t.Cleanup(func() {
		s.stop(t)
		if log := s.log.String(); t.Failed() || strings.Contains(log, "panic: ") {
			t.Logf("the log of the server: %.3000s", log)
		}
	})
	found := address.FindStringSubmatch(line)
	if found == nil {
		t.Fatalf("the server announces itself with %q: %.500s", line, s.log)
	}
	s.addr = "127.0.0.1:" + found[1]
	return s
}

// stop ends the process as an operator does, and waits for its end.
func (s *server) stop(t testing.TB) {
	t.Helper()
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.awaitExit(t)
}

// kill ends the process as a crash does.
func (s *server) kill(t testing.TB) {
	t.Helper()
	s.cmd.Process.Kill()
	s.awaitExit(t)
}

func (s *server) awaitExit(t testing.TB) {
	t.Helper()
	select {
	case <-s.exited:
	case <-time.After(2 * wiretest.Patience):
		s.cmd.Process.Kill()
		<-s.exited
		t.Error("the server does not end")
	}
}

// debugging makes the server serve its figures.
var debugging = []string{"-debug-addr", "127.0.0.1:0"}

var figuresURL = regexp.MustCompile(`url=(http://[^/]+)/figures`)

// debug returns the answer to a request to the address of the figures.
func (s *server) debug(t testing.TB, path string) []byte {
	t.Helper()
	s.log.Await(t, "/figures")
	res, err := http.Get(figuresURL.FindStringSubmatch(s.log.String())[1] + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %.200s %v", path, res.Status, body, err)
	}
	return body
}

// heap returns the bytes of the heap as they are, without a collection.
func (s *server) heap(t testing.TB) int {
	t.Helper()
	var figures struct{ Heap int }
	if err := json.Unmarshal(s.debug(t, "/figures"), &figures); err != nil {
		t.Fatal(err)
	}
	return figures.Heap
}

// retained returns the bytes that collections leave of the heap: two, since
// pools are emptied by the second.
func (s *server) retained(t testing.TB) int {
	t.Helper()
	for range 3 {
		s.debug(t, "/debug/pprof/heap?gc=1")
	}
	return s.heap(t)
}
