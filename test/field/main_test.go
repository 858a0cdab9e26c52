//go:build field

package field

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// The programs under test. TestMain sets them.
var (
	signalingProgram   string
	applicationProgram string
	protocolProgram    string
)

// peerIsNode reports whether the tests run against the Node reference.
func peerIsNode() bool { return strings.HasSuffix(signalingProgram, ".mjs") }

// TestMain lets more tests run at once than there are processors: most of their
// time they wait for clients to reconnect. A -parallel flag still wins.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "field")
	if err == nil {
		err = flag.Set("test.parallel", "4")
	}
	if err == nil {
		signalingProgram, err = program(dir, "FIELD_SERVER", "signaling")
	}
	if err == nil {
		applicationProgram, err = program(dir, "FIELD_APPLICATION", "signaling/test/field/application")
	}
	if err == nil {
		protocolProgram, err = program(dir, "FIELD_PROTOCOL", "signaling/test/protocolserver")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "field:", errors.Join(err, os.RemoveAll(dir)))
		os.Exit(1)
	}
	wiretest.Main(tidy{m, dir})
}

// program returns the path of a program: the one that the variable names, or
// its own build of the package.
func program(dir, variable, pkg string) (string, error) {
	if path := os.Getenv(variable); path != "" {
		return filepath.Abs(filepath.Join("../..", path))
	}
	path := filepath.Join(dir, filepath.Base(pkg))
	if said, err := exec.Command("go", "build", "-tags", "field", "-o", path, pkg).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, said)
	}
	return path, nil
}

// tidy runs the tests and removes the programs.
type tidy struct {
	m   *testing.M
	dir string
}

func (t tidy) Run() int {
	defer os.RemoveAll(t.dir)
	return t.m.Run()
}
