package faults

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"signaling/internal/wiretest"
)

// binary is the server under test.
var binary string

// TestMain lets more tests run at once than there are processors: they wait for
// heartbeats most of the time. A -parallel flag still wins.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "faults")
	if err == nil {
		err = flag.Set("test.parallel", "6")
	}
	if binary = os.Getenv("FAULTS_SERVER"); binary != "" && err == nil {
		binary, err = filepath.Abs(filepath.Join("../..", binary))
	} else if err == nil {
		binary = filepath.Join(dir, "signaling")
		var said []byte
		if said, err = exec.Command("go", "build", "-o", binary, "signaling").CombinedOutput(); err != nil {
			err = fmt.Errorf("build the server under test: %w\n%s", err, said)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", errors.Join(err, os.RemoveAll(dir)))
		os.Exit(1)
	}
	wiretest.Main(tidy{m, dir})
}

// tidy runs the tests and takes the server away again.
type tidy struct {
	m   *testing.M
	dir string
}

func (t tidy) Run() int {
	defer os.RemoveAll(t.dir)
	return t.m.Run()
}
