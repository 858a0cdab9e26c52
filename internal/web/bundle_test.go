package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// fakeContent is the content of a file in a fakeBundle.
func fakeContent(name string) string { return strings.Repeat("/* "+name+" */\n", 100) }

// fakeBundle has the eight files, each with a content of its own.
func fakeBundle() fstest.MapFS {
	fsys := fstest.MapFS{}
	for name := range bundleTypes {
		fsys[name+BrotliExtension] = &fstest.MapFile{Data: encoded("br", fakeContent(name))}
		fsys[name+GzipExtension] = &fstest.MapFile{Data: encoded("gzip", fakeContent(name))}
	}
	return fsys
}

// serveBundle serves a bundle, and the answer of an engine at other paths.
func serveBundle(t *testing.T, b *Bundle) string {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.Match(r) {
			b.ServeHTTP(w, r)
			return
		}
		http.Error(w, "engine", http.StatusBadRequest)
	}))
}

// Status and headers in this file are those seen on socket.io 4.8.4 under Node,
// but for Vary and Content-Length, which it does not send.

func TestBundleServesEachFile(t *testing.T) {
	addr := serveBundle(t, newBundle("/socket.io", fakeBundle()))
	for name, contentType := range map[string]string{
		"socket.io.js":                 "application/javascript; charset=utf-8",
		"socket.io.js.map":             "application/json; charset=utf-8",
		"socket.io.min.js":             "application/javascript; charset=utf-8",
		"socket.io.min.js.map":         "application/json; charset=utf-8",
		"socket.io.esm.min.js":         "application/javascript; charset=utf-8",
		"socket.io.esm.min.js.map":     "application/json; charset=utf-8",
		"socket.io.msgpack.min.js":     "application/javascript; charset=utf-8",
		"socket.io.msgpack.min.js.map": "application/json; charset=utf-8",
	} {
		t.Run(name, func(t *testing.T) {
			for accept, encoding := range map[string]string{
				"":                              "",
				"identity;q=0":                  "",
				"gzip, deflate, br":             "gzip",
				"br, gzip":                      "br",
				"deflate":                       "deflate",
				"*":                             "br",
				"br;q=0.1, gzip;q=0.5":          "gzip",
				"identity;q=0.5, gzip;q=0.2":    "gzip",
				"gzip;q=0, deflate;q=0, br;q=0": "",
			} {
				got := ask(t, addr, "GET", "/socket.io/"+name+"?x=1", "Accept-Encoding: "+accept)
				if got.status != 200 || got.decoded(t) != fakeContent(name) {
					t.Errorf("%q: status %d, body %.40q", accept, got.status, got.body)
				}
				got.wantHeader(t, "Content-Encoding", encoding)
				got.wantHeader(t, "Content-Type", contentType)
				got.wantHeader(t, "Content-Length", fmt.Sprint(len(got.body)))
				got.wantHeader(t, "Cache-Control", "public, max-age=0")
				got.wantHeader(t, "ETag", `"4.8.4"`)
				got.wantHeader(t, "Vary", "Accept-Encoding")
			}
		})
	}
}

func TestBundleAnswersAnyMethod(t *testing.T) {
	addr := serveBundle(t, newBundle("/socket.io", fakeBundle()))
	want := ask(t, addr, "GET", "/socket.io/socket.io.js").body
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW"} {
		got := ask(t, addr, method, "/socket.io/socket.io.js", "Range: bytes=0-9")
		if got.status != 200 || method != "HEAD" && got.body != want {
			t.Errorf("%s: status %d, body %.40q", method, got.status, got.body)
		}
	}
}

func TestBundleNotModified(t *testing.T) {
	addr := serveBundle(t, newBundle("/socket.io", fakeBundle()))
	for match, status := range map[string]int{
		`"4.8.4"`:      304,
		`W/"4.8.4"`:    304,
		`"4.8.3"`:      200,
		`"x", "4.8.4"`: 200,
		`*`:            200,
		`4.8.4`:        200,
		``:             200,
	} {
		for _, method := range []string{"GET", "DELETE"} {
			got := ask(t, addr, method, "/socket.io/socket.io.min.js", "If-None-Match: "+match, "Accept-Encoding: gzip")
			if got.status != status {
				t.Errorf("%s, If-None-Match %s: status %d, want %d", method, match, got.status, status)
			}
			if status == 304 && (got.body != "" || got.header.Get("Content-Encoding") != "") {
				t.Errorf("%s, If-None-Match %s: header %v, body %.40q", method, match, got.header, got.body)
			}
		}
	}
}

func TestBundleLeavesOtherNamesToTheEngine(t *testing.T) {
	addr := serveBundle(t, newBundle("/socket.io", fakeBundle()))
	for _, target := range []string{
		"/socket.io/", "/socket.io", "/socket.io/README.md", "/socket.io/socket.io.esm.js", "/socket.io/SOCKET.IO.js",
		"/socket.io//socket.io.js", "/socket.io/x/../socket.io.js", "/socket.io/socket%2eio.js", "/socket.io/socket.io.js/",
		"/socket.iosocket.io.js", "/other/socket.io.js", "/socket.io/?socket.io.js",
	} {
		if got := ask(t, addr, "GET", target); got.status != 400 || got.body != "engine\n" {
			t.Errorf("%s: status %d, body %.40q, want the engine's answer", target, got.status, got.body)
		}
	}
}

func TestBundleBelowAnotherPath(t *testing.T) {
	for _, path := range []string{"/a/b.c", "/a/b.c/"} {
		addr := serveBundle(t, newBundle(path, fakeBundle()))
		if got := ask(t, addr, "GET", "/a/b.c/socket.io.js"); got.status != 200 {
			t.Errorf("below %s: status %d, want 200", path, got.status)
		}
		if got := ask(t, addr, "GET", "/socket.io/socket.io.js"); got.status != 400 {
			t.Errorf("not below %s: status %d, want the engine's 400", path, got.status)
		}
	}
}

func TestBundleMissingSaysWhatToDo(t *testing.T) {
	without := func(name string) fs.FS {
		partial := fakeBundle()
		delete(partial, name)
		return partial
	}
	for name, fsys := range map[string]fs.FS{
		"no file":        fstest.MapFS{},
		"one gzip short": without("socket.io.min.js.map.gz"),
		"one br short":   without("socket.io.min.js.map.br"),
	} {
		b := newBundle("/socket.io", fsys)
		if b.Available() {
			t.Errorf("%s: Available", name)
		}
		got := ask(t, serveBundle(t, b), "GET", "/socket.io/socket.io.js", `If-None-Match: "4.8.4"`)
		if got.status != 404 || got.body != BundleMissing+"\n" || !strings.Contains(got.body, `"make bundle"`) {
			t.Errorf("%s: status %d, body %q", name, got.status, got.body)
		}
	}
	if !newBundle("/socket.io", fakeBundle()).Available() {
		t.Error("all files: not Available")
	}
}

func TestBundleIsSafeForConcurrentUse(t *testing.T) {
	addr := serveBundle(t, newBundle("/socket.io", fakeBundle()))
	var wg sync.WaitGroup
	for _, accept := range []string{"br", "gzip", "deflate", "identity", "br", "gzip", "deflate", "identity"} {
		wg.Go(func() {
			if got := ask(t, addr, "GET", "/socket.io/socket.io.js", "Accept-Encoding: "+accept); got.status != 200 {
				t.Errorf("%s: status %d, want 200", accept, got.status)
			}
		})
	}
	wg.Wait()
}

// The official files, in each coding as its encoder writes them.
func TestEmbeddedBundleIsTheOfficialOne(t *testing.T) {
	b := NewBundle("/socket.io")
	if !b.Available() {
		t.Fatal(BundleMissing)
	}
	addr := serveBundle(t, b)
	for name := range bundleTypes {
		want, err := os.ReadFile("npm/node_modules/socket.io-client/dist/" + name)
		if err != nil {
			t.Fatalf("%v: run \"make bundle\"", err)
		}
		got := ask(t, addr, "GET", "/socket.io/"+name)
		if got.status != 200 || got.body != string(want) {
			t.Errorf("%s: status %d, %d bytes, want 200, %d", name, got.status, len(got.body), len(want))
		}
	}
	script := ask(t, addr, "GET", "/socket.io/socket.io.js").body
	for _, coding := range []string{"br", "gzip", "deflate"} {
		got := ask(t, addr, "GET", "/socket.io/socket.io.js", "Accept-Encoding: "+coding)
		if got.header.Get("Content-Encoding") != coding || got.body != string(encoded(coding, script)) {
			t.Errorf("the script as %s has %d bytes, not those of the encoder: run \"make bundle\"", coding, len(got.body))
		}
	}
	if !strings.Contains(script, "Socket.IO v"+bundleVersion) {
		t.Errorf("the script does not name version %s: %.80q", bundleVersion, script)
	}
}

func TestLockFilePinsTheBundle(t *testing.T) {
	var manifest struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	var lock struct {
		Packages map[string]struct {
			Version, Resolved, Integrity string
		} `json:"packages"`
	}
	for name, to := range map[string]any{"npm/package.json": &manifest, "npm/package-lock.json": &lock} {
		data, err := os.ReadFile(name)
		must(t, err)
		must(t, json.Unmarshal(data, to))
	}
	if got := manifest.Dependencies["socket.io-client"]; got != bundleVersion {
		t.Errorf("package.json asks for %q, bundleVersion is %s", got, bundleVersion)
	}
	if got := lock.Packages["node_modules/socket.io-client"].Version; got != bundleVersion {
		t.Errorf("package-lock.json pins %q, bundleVersion is %s", got, bundleVersion)
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Integrity == "" || p.Resolved != "") {
			t.Errorf("%s is pinned by integrity %q and address %q, want a hash and no address", name, p.Integrity, p.Resolved)
		}
	}
}
