package main

import (
	"bytes"
	"os"
	"testing"

	"signaling/internal/wiretest"
)

// Every package's tests run under the gate that fails them when goroutines or
// descriptors are left behind. The conformance tests have one for the servers
// that they start, and wiretest is the gate.
func TestEveryPackageIsUnderTheGate(t *testing.T) {
	gated := map[string]bool{"test/conformance": true, "internal/wiretest": true}
	tested := map[string]bool{}
	err := wiretest.TestFiles(os.DirFS("."), func(dir string, source []byte) {
		tested[dir] = true
		if bytes.Contains(source, []byte("wiretest.Main(")) {
			gated[dir] = true
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range tested {
		if !gated[dir] {
			t.Errorf("%s has tests but no TestMain that calls wiretest.Main", dir)
		}
	}
}
