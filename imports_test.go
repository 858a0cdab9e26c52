package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// allowed is who may import whom: main → app → handlers → bridge → rooms → adapter → engine → packet,
// the codec below bridge, rooms and adapter, and the packages beside them on their own.
var allowed = map[string][]string{
	".":                  {"internal/app"},
	"internal/app":       {"handlers", "internal/auth", "internal/bridge", "internal/config", "internal/engine", "internal/gcpacer", "internal/ice", "internal/limit", "internal/server", "internal/web"},
	"handlers":           {"internal/bridge", "internal/codec"},
	"internal/bridge":    {"internal/adapter", "internal/codec", "internal/engine", "internal/limit", "internal/packet", "internal/rooms"},
	"internal/rooms":     {"internal/adapter", "internal/codec", "internal/engine", "internal/packet"},
	"internal/adapter":   {"internal/codec", "internal/engine", "internal/packet"},
	"internal/engine":    {"internal/accept", "internal/http1", "internal/limit", "internal/netpoll", "internal/packet", "internal/websocket"},
	"internal/packet":    {"internal/websocket"},
	"internal/websocket": {"internal/netpoll"},
	"internal/http1":     {"internal/limit", "internal/netpoll"},
	"internal/netpoll":   {},
	"internal/codec":     {},
	"internal/server":    {"internal/bridge", "internal/http1", "internal/ice", "internal/limit", "internal/web"},
	"internal/gcpacer":   {},
	"internal/ice":       {},
	"internal/web":       {"internal/accept"},
	"internal/accept":    {},
	"internal/auth":      {},
	"internal/config":    {"internal/limit"},
	"internal/limit":     {},
	"internal/wiretest":  {},
}

// module is the path that imports of our own packages begin with.
const module = "signaling/"

func TestImportsPointOneWay(t *testing.T) {
	seen := map[string]bool{}
	tree := os.DirFS(".")
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "test" || entry.Name() == "node_modules" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		seen[dir] = true
		for _, spec := range file.Imports {
			if ours, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module); ok && !slices.Contains(allowed[dir], ours) && !strings.HasPrefix(dir, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range allowed {
		if !seen[dir] {
			t.Errorf("there is no package %s: take it out of the table", dir)
		}
	}
}
