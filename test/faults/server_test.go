package faults

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// server is a process of the server under test.
type server struct {
	addr string
	cmd  *exec.Cmd
}

// quick makes the server find who has gone within a second. Its timeout leaves a
// busy machine time to answer.
var quick = []string{"-ping-interval", "300ms", "-ping-timeout", "700ms"}

// start runs a server until the test ends; it must end in order then. What it
// logs goes to stderr, or to a file that is shown when the test fails if that
// is nil.
func start(t *testing.T, stderr *os.File, args ...string) *server {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	if stderr == nil {
		file, err := os.Create(log)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		stderr = file
	}
	s := &server{cmd: exec.Command(binary, append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
	s.cmd.Stderr = stderr
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.stop(t)
		if said, err := os.ReadFile(log); err == nil && (t.Failed() || strings.Contains(string(said), "panic")) {
			t.Errorf("the server's log: %.4000s", said)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	var port int
	if _, scanErr := fmt.Sscanf(line, "Open http://localhost:%d/", &port); scanErr != nil {
		t.Fatalf("the server announces itself with %q: %v, %v", line, err, scanErr)
	}
	go io.Copy(io.Discard, stdout) // ends with the process
	s.addr = fmt.Sprint("127.0.0.1:", port)
	return s
}

// stop ends the server as an operator does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(2*wiretest.Patience, func() { s.cmd.Process.Kill() })
	defer kill.Stop()
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server did not end in order: %v", err)
	}
}

// gone reports whether the server has forgotten a session. It asks in the name of
// a transport that the session is not on, which a session that lives refuses
// for another reason, and survives.
func (s *server) gone(t *testing.T, sid, transport string) bool {
	t.Helper()
	a := wiretest.NewBrowser(t, s.addr).Must(t, "GET", "/socket.io/?EIO=4&transport="+transport+"&sid="+sid, "", "Connection", "close")
	switch {
	case strings.Contains(a.Body, `"code":1`):
		return true
	case strings.Contains(a.Body, `"code":3`):
		return false
	}
	t.Fatalf("asked for session %s over %s the server answers %d %q", sid, transport, a.Status, a.Body)
	return false
}

const (
	polling   = "polling"
	webSocket = "websocket"
)

// wantGone waits until the server has forgotten a session that is on transport.
func (s *server) wantGone(t *testing.T, sid, transport string) {
	t.Helper()
	other := map[string]string{polling: webSocket, webSocket: polling}[transport]
	for deadline := time.Now().Add(wiretest.Patience); !s.gone(t, sid, other); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server keeps the session")
		}
	}
}

// bystanders are two peers who have nothing to do with the fault.
type bystanders struct {
	a, b *wiretest.Peer
	said int
}

func watch(t *testing.T, s *server) *bystanders {
	t.Helper()
	return &bystanders{a: keep(wiretest.Connect(t, s.addr)), b: keep(wiretest.Connect(t, s.addr))}
}

// exchange sends a message each way; each must be the next thing to arrive.
func (p *bystanders) exchange(t *testing.T) {
	t.Helper()
	p.said++
	for _, pair := range [][2]*wiretest.Peer{{p.a, p.b}, {p.b, p.a}} {
		pair[0].Send(t, fmt.Sprintf(`42["message",{"channel":%q,"message":%d}]`, pair[1].ID, p.said))
		if got := nextEvent(t, pair[1].WebSocket); got != fmt.Sprintf(`42["message",%d]`, p.said) {
			t.Fatalf("a bystander hears %.200q, want message %d", got, p.said)
		}
	}
}

// keep answers the server's heartbeats from now on, in the client's place, as
// long as the connection lives.
func keep(p *wiretest.Peer) *wiretest.Peer {
	tick := time.NewTicker(100 * time.Millisecond)
	go func() { // ends with the connection, which the test's end closes
		defer tick.Stop()
		for range tick.C {
			// An answer that nobody asked for counts as one.
			if p.Write(wiretest.Texts("3")...) != nil {
				return
			}
		}
	}()
	return p
}

// nextEvent reads the next message that is no heartbeat.
func nextEvent(t *testing.T, w *wiretest.WebSocket) string {
	t.Helper()
	for {
		if packet := w.Next(t).Payload; packet != "2" {
			return packet
		}
	}
}
