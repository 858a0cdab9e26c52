package wiretest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// leakPatience is how long what a test has ended may take to be gone.
const leakPatience = time.Minute

// Runner runs a package's tests: *testing.M does.
type Runner interface{ Run() int }

// Main runs a package's tests and fails it when goroutines or file descriptors
// are left behind.
func Main(m Runner) {
	startRuntimePoller()
	before := descriptors()
	code := m.Run()
	if code == 0 {
		if left := Leaked(leakPatience); left != "" {
			fmt.Fprintf(os.Stderr, "goroutines are left behind:\n\n%s\n", left)
			code = 1
		}
		if left := leakedDescriptors(before, leakPatience); len(left) > 0 {
			fmt.Fprintf(os.Stderr, "file descriptors are left behind: %s\n", strings.Join(left, ", "))
			code = 1
		}
	}
	os.Exit(code)
}

// Leaked returns the stacks of the goroutines that do not end within patience.
func Leaked(patience time.Duration) string {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		left := strings.Join(unexpected(), "\n\n")
		if left == "" || time.Now().After(deadline) {
			return left
		}
	}
}

// unexpected returns the stacks of the goroutines that should not be there.
func unexpected() (left []string) {
	buf := make([]byte, 1<<20)
	stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	for _, stack := range stacks[1:] { // the first is this goroutine
		if !expected(stack) {
			left = append(left, stack)
		}
	}
	return left
}

// expected reports whether a goroutine is one of the standard library's that
// live as long as the process.
func expected(stack string) bool {
	for _, always := range []string{
		"os/signal.signal_recv(", "os/signal.loop(", "runtime.ensureSigM(",
		"testing.(*F).Fuzz", "testing.tRunner(", "testing.runFuzzing(", // under "go test -fuzz"
	} {
		if strings.Contains(stack, always) {
			return true
		}
	}
	return false
}
