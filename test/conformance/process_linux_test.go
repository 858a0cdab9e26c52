package conformance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// tieToUs has the kernel kill the server when the tests are killed or time out,
// so that none is left running. The bond is to the thread that starts the
// process, which is why the caller's goroutine keeps it.
func tieToUs(cmd *exec.Cmd) {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// leftOpen returns an error if the process still holds connections some time
// after the tests have closed theirs: one socket is left, the one it listens on.
func leftOpen(pid int) error {
	for deadline := time.Now().Add(startPatience); ; time.Sleep(50 * time.Millisecond) {
		sockets := make(map[string]bool) // by what tells them apart: one may have two descriptors
		names, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		if err != nil {
			return err
		}
		for _, name := range names {
			if target, err := os.Readlink(name); err == nil && strings.HasPrefix(target, "socket:") {
				sockets[target] = true
			}
		}
		if len(sockets) == 1 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("it holds %d sockets when every client has gone, want 1", len(sockets))
		}
	}
}
