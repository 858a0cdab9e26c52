package main

import (
	"bytes"
	"io/fs"
	"os"
	"testing"

	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

// Every file of the folder public is in the binary, and nothing else is.
func TestPublicIsEmbedded(t *testing.T) {
	here := os.DirFS(".")
	for _, pair := range [][2]fs.FS{{here, public}, {public, here}} {
		err := fs.WalkDir(pair[0], "public", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			a, err := fs.ReadFile(pair[0], name)
			if err != nil {
				return err
			}
			if b, err := fs.ReadFile(pair[1], name); err != nil || !bytes.Equal(a, b) {
				t.Errorf("%s differs between the folder and the binary: %v", name, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
