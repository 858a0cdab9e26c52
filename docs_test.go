package main

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"testing"
)

// documentLink is a link to another file of the repository.
var documentLink = regexp.MustCompile(`\]\(([^):#]+)(?:#[^)]*)?\)`)

func TestLinksOfDocuments(t *testing.T) {
	documents, err := fs.Glob(os.DirFS("."), "*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := fs.Glob(os.DirFS("."), "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, document := range append(documents, more...) {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range documentLink.FindAllStringSubmatch(string(text), -1) {
			found++
			if _, err := os.Stat(path.Join(path.Dir(document), link[1])); err != nil {
				t.Errorf("%s links to %s: %v", document, link[1], err)
			}
		}
	}
	if found == 0 {
		t.Error("no document links to a file")
	}
}
