package faults

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"

	"signaling/internal/wiretest"
)

// noisy makes the server log as much as it can.
var noisy = []string{"-log-level", "debug"}

// misbehave makes the server log something.
func misbehave(t *testing.T, s *server) {
	t.Helper()
	for range 20 {
		p := wiretest.Connect(t, s.addr)
		p.Send(t, "4nonsense")
		p.WantClose(t, wiretest.NoCode)
	}
}

// A disk that is full takes no log lines, and that is all that is lost.
func TestLogCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("this system has no /dev/full: run the tests on Linux")
	} else if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	s := start(t, full, noisy...)
	others := watch(t, s)
	misbehave(t, s)
	others.exchange(t)
	s.stop(t)
}

// Whoever reads the log may go away: the server does not go with it.
func TestNobodyReadsTheLog(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, w, noisy...)
	w.Close()
	others := watch(t, s)
	r.Close() // from now on writing raises SIGPIPE
	misbehave(t, s)
	others.exchange(t)
	s.stop(t)
}

// A file that has reached the size its process may write is refused with a
// signal as well, SIGXFSZ, which Go turns into an error.
func TestLogFileIsAtItsLimit(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	// Inherited by the server; this process writes no file meanwhile.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	s := start(t, file, noisy...)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	others := watch(t, s)
	misbehave(t, s)
	others.exchange(t)
	if info, err := file.Stat(); err != nil || info.Size() > 100 {
		t.Errorf("the log has %d bytes, %v: it was not at its limit", info.Size(), err)
	}
	s.stop(t)
}
