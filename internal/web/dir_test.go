package web

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// write puts a file into a folder, and its folders.
func write(t *testing.T, dir, name, content string) {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// serveDir serves a folder on disk and returns the server's address.
func serveDir(t *testing.T, dir string) string {
	t.Helper()
	fsys, err := OpenDir(dir)
	must(t, err)
	return serve(t, Files(fsys))
}

func TestDirStaysInside(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, outside, "secret.txt", "secret")
	write(t, dir, "real/index.html", "inside")
	must(t, os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "absolute.txt")))
	must(t, os.Symlink("../"+filepath.Base(outside)+"/secret.txt", filepath.Join(dir, "relative.txt")))
	must(t, os.Symlink(outside, filepath.Join(dir, "folder")))
	must(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	must(t, os.Symlink("real/index.html", filepath.Join(dir, "inside.html")))
	must(t, os.Symlink("real", filepath.Join(dir, "alias")))
	write(t, dir, ".env", "secret")
	write(t, dir, ".git/config", "secret")
	must(t, os.Symlink(".env", filepath.Join(dir, "hidden.txt")))
	must(t, os.Symlink(".git", filepath.Join(dir, "repository")))
	must(t, os.Symlink("hidden.txt", filepath.Join(dir, "twice.txt")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644))
	addr := serveDir(t, dir)

	for target, want := range map[string]int{
		"/real/":             200,
		"/inside.html":       200,
		"/alias/":            200,
		"/absolute.txt":      404,
		"/relative.txt":      404,
		"/folder/secret.txt": 404,
		"/folder/":           404,
		"/folder":            404,
		"/loop":              404,
		"/hidden.txt":        404,
		"/repository/config": 404,
		"/twice.txt":         404,
		"/pipe":              404, // and at once: nobody ever opens the other end
		"/missing":           404,
		"/real/index.html/x": 404,
		"/../" + filepath.Base(outside) + "/secret.txt": 404,
		"/" + strings.Repeat("n", 5000):                 404,
	} {
		if got := ask(t, addr, "GET", target); got.status != want || strings.Contains(got.body, "secret") {
			t.Errorf("%.60s: status %d, body %q, want %d", target, got.status, got.body, want)
		}
	}
}

func TestDirShowsEdits(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "index.html")
	addr := serveDir(t, dir)
	if got := ask(t, addr, "GET", "/"); got.status != 404 {
		t.Errorf("empty folder: status %d, want 404", got.status)
	}
	etags := map[string]string{}
	check := func(want string) {
		t.Helper()
		got := ask(t, addr, "GET", "/")
		etag := got.header.Get("ETag")
		if got.body != want {
			t.Errorf("got %q, want %q", got.body, want)
		}
		if other := etags[etag]; other != "" && other != want {
			t.Errorf("%q and %q have the same ETag", want, other)
		}
		etags[etag] = want
		if again := ask(t, addr, "GET", "/", "If-None-Match: "+etag); again.status != 304 {
			t.Errorf("%q asked for again: status %d, want 304", want, again.status)
		}
	}
	hourAgo, inAnHour := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)

	write(t, dir, "index.html", "one")
	must(t, os.Chtimes(page, hourAgo, hourAgo))
	check("one")
	check("one")
	write(t, dir, "index.html", "two")
	check("two")
	write(t, dir, "index.html", "three")
	check("three")

	// Two edits that leave the same time and size behind.
	write(t, dir, "index.html", "four")
	must(t, os.Chtimes(page, inAnHour, inAnHour))
	check("four")
	write(t, dir, "index.html", "five")
	must(t, os.Chtimes(page, inAnHour, inAnHour))
	check("five")

	// A bundler that deletes the folder and builds it again.
	must(t, os.RemoveAll(dir))
	if got := ask(t, addr, "GET", "/"); got.status != 404 {
		t.Errorf("deleted folder: status %d, want 404", got.status)
	}
	write(t, dir, "index.html", "six")
	check("six")
}

func TestOpenDirErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "file", "")
	for name, reason := range map[string]string{
		filepath.Join(dir, "none"):           "no such file or directory",
		filepath.Join(dir, "file"):           "not a directory",
		filepath.Join(dir, "line\nbreak"):    "no such file or directory",
		filepath.Join(dir, "file", "within"): "not a directory",
	} {
		_, err := OpenDir(name)
		if err == nil {
			t.Errorf("%q was opened", name)
			continue
		}
		for _, part := range []string{"public folder", filepath.Base(dir), reason, "-public"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %q does not say %q", err, part)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q is more than one line", err)
		}
	}
}
