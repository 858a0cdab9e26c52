package conformance

import (
	"os/exec"
	"runtime"
	"syscall"
)

// tieToUs has the kernel kill the server when the tests are killed or time out,
// so that none is left running. The bond is to the thread that starts the
// process, which is why the caller's goroutine keeps it.
func tieToUs(cmd *exec.Cmd) {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
