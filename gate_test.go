package main

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// Every package's tests run under the gate that fails them when goroutines or
// descriptors are left behind. The conformance tests have one for the servers
// that they start, and wiretest is the gate.
func TestEveryPackageIsUnderTheGate(t *testing.T) {
	gated := map[string]bool{"test/conformance": true, "internal/wiretest": true}
	tested := map[string]bool{}
	tree := os.DirFS(".")
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		tested[path.Dir(name)] = true
		if strings.Contains(string(source), "wiretest.Main(") {
			gated[path.Dir(name)] = true
		}
		return err
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
