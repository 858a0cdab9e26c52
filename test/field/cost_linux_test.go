//go:build field

package field

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"
)

// tick is the unit of the system's account of processor time.
const tick = 10 * time.Millisecond

// cost returns the processor time that the server has used so far. Unlike the
// time that passes it does not depend on who else uses the machine.
func (s *server) cost(t testing.TB) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // behind the name
	var ticks int
	for _, field := range fields[11:13] { // utime and stime, the 14th and 15th of all
		n, err := strconv.Atoi(string(field))
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick
}

// costOf returns what f costs the server.
func (s *server) costOf(t testing.TB, f func()) time.Duration {
	t.Helper()
	before := s.cost(t)
	f()
	return s.cost(t) - before
}
