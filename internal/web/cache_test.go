package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// get asks the cache for a file of the given content.
func get(t *testing.T, c *cache, name, content string) *entry {
	t.Helper()
	f, err := fstest.MapFS{name: {Data: []byte(content)}}.Open(name)
	must(t, err)
	info, err := f.Stat()
	must(t, err)
	e, err := c.get(name, info, f.(io.ReadSeeker), true)
	must(t, err)
	return e
}

func TestCacheKeepsWithinItsLimits(t *testing.T) {
	content := strings.Repeat("compressible ", 200)
	c := newCache()
	c.maxEntries = 7
	c.maxBytes = 3 * len(get(t, newCache(), "x", content).gzip)
	for i := range 50 {
		get(t, c, fmt.Sprint("big", i), content)
		get(t, c, fmt.Sprint("small", i), "x")

		held := 0
		for _, e := range c.entries {
			held += len(e.gzip)
		}
		if len(c.entries) > c.maxEntries || held > c.maxBytes || held != c.bytes {
			t.Fatalf("%d entries hold %d bytes, counted as %d", len(c.entries), held, c.bytes)
		}
	}
	if len(c.entries) == 0 {
		t.Error("nothing is kept")
	}
	if last := "small49"; get(t, c, last, "x") != c.entries[last] {
		t.Error("the newest entry was not kept")
	}
}

func TestCacheReplacesAnEntry(t *testing.T) {
	c := newCache()
	old := get(t, c, "a", strings.Repeat("a", 1000))
	if again := get(t, c, "a", strings.Repeat("a", 1000)); again != old {
		t.Error("an unchanged file was read again")
	}
	if e := get(t, c, "a", "short"); e.hash == old.hash || c.bytes != 0 || len(c.entries) != 1 {
		t.Errorf("hash %s after %s, %d bytes in %d entries", e.hash, old.hash, c.bytes, len(c.entries))
	}
}

func TestCacheLeavesLargeFilesPlain(t *testing.T) {
	c := newCache()
	if get(t, c, "limit", strings.Repeat("a", maxCompressed)).gzip == nil {
		t.Error("a file at the limit is not packed")
	}
	if get(t, c, "over", strings.Repeat("a", maxCompressed+1)).gzip != nil {
		t.Error("a file over the limit is packed")
	}
}

func TestCacheIsSafeForConcurrentUse(t *testing.T) {
	c := newCache()
	c.maxEntries = 3
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				content := strings.Repeat(fmt.Sprint("file", j%5), 20)
				if e := get(t, c, fmt.Sprint(j%5), content); e.size != int64(len(content)) {
					t.Errorf("reader %d got an entry of %d bytes, want %d", i, e.size, len(content))
				}
			}
		})
	}
	wg.Wait()
}

var errDisk = errors.New("disk gave up")

// failing is a file whose content cannot be read.
type failing struct{ fs.File }

func (failing) Read([]byte) (int, error)       { return 0, errDisk }
func (failing) Seek(int64, int) (int64, error) { return 0, nil }

type failingFS struct{ fstest.MapFS }

func (f failingFS) Open(name string) (fs.File, error) {
	file, err := f.MapFS.Open(name)
	return failing{file}, err
}

func TestFilesThatCannotBeReadAnswer500(t *testing.T) {
	addr := serve(t, Files(failingFS{site()}))
	got := ask(t, addr, "GET", "/")
	if got.status != 500 || strings.Contains(got.body, errDisk.Error()) {
		t.Errorf("status %d, body %q", got.status, got.body)
	}
	got.wantHeader(t, "ETag", "")
}
