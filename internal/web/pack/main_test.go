package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"signaling/internal/web"
	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

func TestPack(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write := func(folder, name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range web.BundleNames() {
		write(from, name, strings.Repeat(name, 100))
	}
	write(to, "README.md", "stays")
	write(to, "socket.io.js", "of an earlier build")
	packed := func() map[string][]byte {
		t.Helper()
		if err := pack(from, to); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(to)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string][]byte{}
		for _, e := range entries {
			if files[e.Name()], err = os.ReadFile(filepath.Join(to, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		return files
	}
	first, second := packed(), packed()
	if len(first) != 2*len(web.BundleNames())+1 || string(first["README.md"]) != "stays" {
		t.Errorf("the folder has %d files", len(first))
	}
	for name := range first {
		if !bytes.Equal(first[name], second[name]) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	if err := pack(to, to); err == nil {
		t.Error("files that are missing are no error")
	}
}
