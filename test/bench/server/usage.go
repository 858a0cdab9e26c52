//go:build linux

package server

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// CPU is the processor time that a process has used so far, of all its
// threads, the ended ones included.
type CPU struct {
	Total time.Duration
	// User and System are in ticks of 10 ms and good for their ratio only.
	User, System float64
}

// CPU reads the process's CPU clock, which counts nanoseconds, and
// /proc/PID/stat for how the time divides.
func (p *Process) CPU() (CPU, error) {
	// The kernel's encoding of a process's clock: clock_getcpuclockid(3).
	const scheduler = 2
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^p.PID<<3|scheduler), &ts); err != nil {
		return CPU{}, fmt.Errorf("read the CPU time of %s: %w", p.Spec.Name, err)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID))
	if err != nil {
		return CPU{}, fmt.Errorf("read the CPU time of %s: %w", p.Spec.Name, err)
	}
	// The command name may hold spaces; utime and stime are fields 14 and 15.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	user, _ := strconv.ParseFloat(string(fields[11]), 64)
	system, _ := strconv.ParseFloat(string(fields[12]), 64)
	return CPU{Total: time.Duration(ts.Nano()), User: user, System: system}, nil
}

// RSS is the process's resident memory in bytes.
func (p *Process) RSS() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.PID))
	if err != nil {
		return 0, fmt.Errorf("read the memory of %s: %w", p.Spec.Name, err)
	}
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("Rss:")); ok {
			kb, err := strconv.ParseInt(string(bytes.Fields(value)[0]), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("read the memory of %s: no Rss in smaps_rollup", p.Spec.Name)
}

// Descriptors is how many file descriptors the process has open.
func (p *Process) Descriptors() (int, error) {
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.PID))
	if err != nil {
		return 0, fmt.Errorf("count the descriptors of %s: %w", p.Spec.Name, err)
	}
	return len(names), nil
}

// RaiseLimit raises the limit of open files to at least n, for this process
// and for the servers it starts.
func RaiseLimit(n uint64) error {
	var now syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &now); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	most := max(n, now.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return fmt.Errorf("raise the limit of open files from %d to %d: %w (run `ulimit -Hn %d` as root first)", now.Max, n, err, n)
	}
	return nil
}
