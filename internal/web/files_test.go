package web

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"signaling/internal/wiretest"
)

var (
	page   = strings.Repeat("<p>a page</p>\n", 50)
	script = strings.Repeat("let a = 'a script'\n", 60)
)

// site returns a folder with a file of each kind.
func site() fstest.MapFS {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"index.html":            text(page),
		"js/index.js":           text(script),
		"js/short.js":           text("x"),
		"sub/index.html":        text(page),
		"sub/a:b/index.html":    text(page),
		"odd/index.html/x.html": text(page),
		"a b+c%2e.txt":          text("odd name"),
		"übung.txt":             text("ü"),
		"pixel.png":             text(strings.Repeat("\x89PNG", 100)),
		"LOUD.HTML":             text(page),
		"noextension":           text(page),
		".secret":               text("secret"),
		".git/config":           text("secret"),
		"js/.secret.js":         text("secret"),
		"js/..js":               text("secret"),
	}
}

func TestFilesAnswers(t *testing.T) {
	addr := serve(t, Files(site()))
	tests := []struct {
		name        string
		target      string
		contentType string
		body        string
	}{
		{"the folder itself", "/", "text/html; charset=utf-8", page},
		{"its page by name", "/index.html", "text/html; charset=utf-8", page},
		{"the query does not matter", "/?x=../..", "text/html; charset=utf-8", page},
		{"a script", "/js/index.js", "text/javascript; charset=utf-8", script},
		{"an escaped letter", "/js/inde%78.js", "text/javascript; charset=utf-8", script},
		{"a folder's page", "/sub/", "text/html; charset=utf-8", page},
		{"a name that needs escaping", "/a%20b+c%252e.txt", "text/plain; charset=utf-8", "odd name"},
		{"a name in UTF-8", "/%C3%BCbung.txt", "text/plain; charset=utf-8", "ü"},
		{"an image", "/pixel.png", "image/png", strings.Repeat("\x89PNG", 100)},
		{"an extension in capitals", "/LOUD.HTML", "text/html; charset=utf-8", page},
		{"no extension", "/noextension", "application/octet-stream", page},
		{"a target with scheme and host", "http://test/js/short.js", "text/javascript; charset=utf-8", "x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ask(t, addr, "GET", tt.target)
			if got.status != 200 || got.body != tt.body {
				t.Errorf("status %d, body %.40q", got.status, got.body)
			}
			got.wantHeader(t, "Content-Type", tt.contentType)
			got.wantHeader(t, "Content-Length", fmt.Sprint(len(tt.body)))
			got.wantHeader(t, "Content-Encoding", "")
			got.wantHeader(t, "Cache-Control", "no-cache")
			got.wantHeader(t, "X-Content-Type-Options", "nosniff")
		})
	}
}

func TestFilesNotFound(t *testing.T) {
	addr := serve(t, Files(site()))
	for name, target := range map[string]string{
		"no such file":                     "/nothing.html",
		"a file as a folder":               "/index.html/",
		"a name below a file":              "/index.html/x",
		"a folder without page":            "/js/",
		"that folder without slash":        "/js",
		"a folder whose page is a folder":  "/odd/",
		"that one without slash":           "/odd",
		"a file that begins with a dot":    "/.secret",
		"the same, escaped":                "/%2esecret",
		"a folder that begins with a dot":  "/.git/config",
		"a hidden file in a folder":        "/js/.secret.js",
		"a name that begins with two dots": "/js/..js",
		"up":                               "/../index.html",
		"up and back":                      "/js/../index.html",
		"up, dots escaped":                 "/js/%2e%2e/index.html",
		"up, slash escaped":                "/js%2f..%2findex.html",
		"up, escaped twice":                "/%252e%252e/index.html",
		"up, with backslashes":             `/js\..\index.html`,
		"up, backslashes escaped":          "/js%5c..%5cindex.html",
		"the same folder":                  "/./index.html",
		"an empty segment":                 "//index.html",
		"an empty segment within":          "/js//index.js",
		"two slashes":                      "//",
		"a host after two slashes":         "//example.org/%2e%2e",
		"an escaped slash":                 "/js%2Findex.js",
		"an escaped slash alone":           "/%2f",
		"NUL":                              "/index.html%00",
		"NUL before an extension":          "/.secret%00.html",
		"a name in broken UTF-8":           "/%ff",
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, addr, "GET", target)
			if got.status != 404 || got.body != "not found\n" {
				t.Errorf("%s: status %d, body %.60q", target, got.status, got.body)
			}
			got.wantHeader(t, "Content-Type", "text/plain; charset=utf-8")
			got.wantHeader(t, "Location", "")
		})
	}
}

func TestFilesRedirectsToTheFolder(t *testing.T) {
	addr := serve(t, Files(site()))
	for target, want := range map[string]string{
		"/sub":         "./sub/",
		"/sub?a=1&b=2": "./sub/?a=1&b=2",
		"/sub/a:b":     "./a:b/",
	} {
		got := ask(t, addr, "GET", target)
		if got.status != 301 {
			t.Errorf("%s: status %d, want 301", target, got.status)
		}
		got.wantHeader(t, "Location", want)
		got.wantHeader(t, "Cache-Control", "no-cache")
	}
}

func TestFilesMethods(t *testing.T) {
	addr := serve(t, Files(site()))
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"} {
		got := ask(t, addr, method, "/")
		if got.status != 405 {
			t.Errorf("%s: status %d, want 405", method, got.status)
		}
		got.wantHeader(t, "Allow", "GET, HEAD, OPTIONS")
	}
	for _, accept := range []string{"identity", "gzip"} {
		get := ask(t, addr, "GET", "/", "Accept-Encoding: "+accept)
		head := ask(t, addr, "HEAD", "/", "Accept-Encoding: "+accept)
		if head.status != 200 || head.body != "" {
			t.Errorf("HEAD: status %d, body %q", head.status, head.body)
		}
		for name := range get.header {
			head.wantHeader(t, name, get.header.Get(name))
		}
	}
}

func TestFilesGzip(t *testing.T) {
	addr := serve(t, Files(site()))
	tests := []struct {
		name    string
		target  string
		headers []string
		gzipped bool
		vary    string
	}{
		{"not asked for", "/", nil, false, "Accept-Encoding"},
		{"asked for", "/", []string{"Accept-Encoding: gzip, deflate, br"}, true, "Accept-Encoding"},
		{"a star", "/js/index.js", []string{"Accept-Encoding: *"}, true, "Accept-Encoding"},
		{"refused", "/", []string{"Accept-Encoding: gzip;q=0, *"}, false, "Accept-Encoding"},
		{"identity wanted more", "/", []string{"Accept-Encoding: gzip;q=0.5, identity"}, false, "Accept-Encoding"},
		{"with a range", "/", []string{"Accept-Encoding: gzip", "Range: bytes=0-"}, false, "Accept-Encoding"},
		{"would be larger", "/js/short.js", []string{"Accept-Encoding: gzip"}, false, "Accept-Encoding"},
		{"packed already", "/pixel.png", []string{"Accept-Encoding: gzip"}, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plain := ask(t, addr, "GET", tt.target)
			got := ask(t, addr, "GET", tt.target, tt.headers...)
			if got.decoded(t) != plain.body {
				t.Errorf("body %.40q, want %.40q", got.decoded(t), plain.body)
			}
			got.wantHeader(t, "Vary", tt.vary)
			got.wantHeader(t, "Content-Length", fmt.Sprint(len(got.body)))
			encoding, etag := "", plain.header.Get("ETag")
			if tt.gzipped {
				encoding, etag = "gzip", strings.TrimSuffix(etag, `"`)+`-gzip"`
			}
			got.wantHeader(t, "Content-Encoding", encoding)
			got.wantHeader(t, "ETag", etag)
		})
	}
}

func TestFilesNotModified(t *testing.T) {
	addr := serve(t, Files(site()))
	plain := ask(t, addr, "GET", "/").header.Get("ETag")
	packed := ask(t, addr, "GET", "/", "Accept-Encoding: gzip").header.Get("ETag")
	other := ask(t, addr, "GET", "/js/index.js").header.Get("ETag")
	if !strings.HasPrefix(plain, `"`) || plain == packed || plain == other {
		t.Fatalf("ETags %s, %s and %s must be strong and differ", plain, packed, other)
	}
	if same := ask(t, addr, "GET", "/sub/").header.Get("ETag"); same != plain {
		t.Errorf("ETag %s of the same content elsewhere, want %s", same, plain)
	}
	tests := []struct {
		name   string
		match  string
		accept string
		status int
	}{
		{"the same", plain, "identity", 304},
		{"the same, packed", packed, "gzip", 304},
		{"weak form", "W/" + plain, "identity", 304},
		{"in a list", `"x", ` + plain, "identity", 304},
		{"star", "*", "identity", 304},
		{"another", other, "identity", 200},
		{"that of the packed form", packed, "identity", 200},
		{"that of the plain form", plain, "gzip", 200},
		{"without quotes", strings.Trim(plain, `"`), "identity", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				got := ask(t, addr, method, "/", "If-None-Match: "+tt.match, "Accept-Encoding: "+tt.accept)
				if got.status != tt.status {
					t.Errorf("%s: status %d, want %d", method, got.status, tt.status)
				}
				if got.status == 304 {
					if got.body != "" {
						t.Errorf("%s: 304 with body %.40q", method, got.body)
					}
					got.wantHeader(t, "ETag", map[string]string{"gzip": packed, "identity": plain}[tt.accept])
					got.wantHeader(t, "Vary", "Accept-Encoding")
					got.wantHeader(t, "Cache-Control", "no-cache")
				}
			}
		})
	}
}

func TestFilesRange(t *testing.T) {
	addr := serve(t, Files(site()))
	etag := ask(t, addr, "GET", "/").header.Get("ETag")
	size := len(page)
	tests := []struct {
		name    string
		headers []string
		status  int
		body    string
		span    string // Content-Range
	}{
		{"first bytes", []string{"Range: bytes=0-2"}, 206, page[:3], fmt.Sprintf("bytes 0-2/%d", size)},
		{"last bytes", []string{"Range: bytes=-4"}, 206, page[size-4:], fmt.Sprintf("bytes %d-%d/%d", size-4, size-1, size)},
		{"from an offset", []string{"Range: bytes=5-"}, 206, page[5:], fmt.Sprintf("bytes 5-%d/%d", size-1, size)},
		{"past the end", []string{"Range: bytes=99999-"}, 416, "", fmt.Sprintf("bytes */%d", size)},
		{"with the right If-Range", []string{"Range: bytes=0-2", "If-Range: " + etag}, 206, page[:3], fmt.Sprintf("bytes 0-2/%d", size)},
		{"with another If-Range", []string{"Range: bytes=0-2", `If-Range: "x"`}, 200, page, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ask(t, addr, "GET", "/", append(tt.headers, "Accept-Encoding: gzip")...)
			if got.status != tt.status || tt.status != 416 && got.body != tt.body {
				t.Errorf("status %d, body %.40q", got.status, got.body)
			}
			got.wantHeader(t, "Content-Range", tt.span)
			got.wantHeader(t, "Content-Encoding", "")
		})
	}
}

func TestMediaTypes(t *testing.T) {
	for ext, kind := range mediaTypes {
		if ext != strings.ToLower(ext) || !strings.HasPrefix(ext, ".") {
			t.Errorf("%q can never be looked up", ext)
		}
		if strings.HasPrefix(kind.name, "text/") && !strings.HasSuffix(kind.name, "; charset=utf-8") {
			t.Errorf("%s: %s names no charset", ext, kind.name)
		}
	}
}

// HAProxy's "option httpchk" sends this by default. It takes a server that answers
// other than 2xx or 3xx to be down.
func TestOptionsIsAnswered(t *testing.T) {
	conn := wiretest.DialTCP(t, serve(t, Files(fstest.MapFS{})))
	io.WriteString(conn, "OPTIONS / HTTP/1.0\r\n\r\n")
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.0 204 ") || !strings.Contains(string(answer), "\r\nAllow: GET, HEAD, OPTIONS\r\n") {
		t.Errorf("the answer is %q (%v)", answer, err)
	}
}
