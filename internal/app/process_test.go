package app

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// asProgram is the variable that makes the test binary the program itself.
const asProgram = "SIGNALING_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(pages))
	}
	wiretest.Main(m)
}

// process is the program in a process of its own.
type process struct {
	addr  string
	cmd   *exec.Cmd
	log   *wiretest.Log
	ended chan error
}

// spawn starts the program, on a port of the kernel's, until the test ends.
// shell comes before it, such as "ulimit -n 64;".
func spawn(t *testing.T, shell string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{log: new(wiretest.Log), ended: make(chan error, 1)}
	p.cmd = exec.Command("/bin/sh", append([]string{"-c", shell + ` exec "$0" "$@"`, self, "-addr", "127.0.0.1:0"}, args...)...)
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.cmd.Process.Kill() // nothing to do when it has ended
		if t.Failed() {
			t.Logf("the program's log:\n%s", p.log)
		}
	})
	var port int
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, scanned := fmt.Sscanf(line, "Open http://localhost:%d/ in two browser windows\n", &port); err != nil || scanned != nil {
		t.Fatalf("it announces itself with %q: %v", line, err)
	}
	go func() { p.ended <- p.cmd.Wait() }() // ends with the process
	p.addr = fmt.Sprint("127.0.0.1:", port)
	return p
}

// wantExit waits for the process to end with code 0.
func (p *process) wantExit(t *testing.T) {
	t.Helper()
	select {
	case err := <-p.ended:
		if err != nil {
			t.Errorf("the program ended with %v", err)
		}
	case <-time.After(wiretest.Patience):
		t.Fatal("the program does not end")
	}
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// While it drains, the server goes on serving the clients that are still
// connected. A second signal ends the process at once.
func TestProgramThatDrains(t *testing.T) {
	p := spawn(t, "", "-drain", "1h")
	a, b := wiretest.Connect(t, p.addr), wiretest.Connect(t, p.addr)
	for range 20 { // of so many, hardly one is closed in the time of this test
		wiretest.Connect(t, p.addr)
	}
	browser := wiretest.NewBrowser(t, p.addr)
	browser.Must(t, "GET", "/readyz", "").Want(t, 200, "ready\n")
	p.signal(t, syscall.SIGTERM)
	for end := time.Now().Add(wiretest.Patience); browser.Must(t, "GET", "/readyz", "").Status != 503; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it stays ready")
		}
	}
	browser.Must(t, "GET", "/healthz", "").Want(t, 200, "live\n")
	browser.Must(t, "GET", "/socket.io/?EIO=4&transport=polling", "").Want(t, 503, "the server is closing: connect again in a moment\n")
	a.Send(t, `42["offer",1]`)
	b.Want(t, `42["offer",1]`)
	for end := time.Now().Add(wiretest.Patience); ; time.Sleep(10 * time.Millisecond) {
		p.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended
		select {
		case err := <-p.ended:
			exit, ok := err.(*exec.ExitError)
			if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
				t.Errorf("the program ended with %v", err)
			}
			return
		default:
		}
		if time.Now().After(end) {
			t.Fatal("a second signal does not end it")
		}
	}
}
