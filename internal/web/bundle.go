package web

import (
	"embed"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"signaling/internal/accept"
)

// dist always holds its README, so that the embedding compiles before "make
// bundle" has run. Command pack writes the other files.
//
//go:embed dist
var dist embed.FS

// bundleVersion is the release of socket.io-client that npm/package-lock.json
// pins. It is the ETag of every bundle file.
const bundleVersion = "4.8.4"

// BundleMissing is the message for the case that Available reports false.
const BundleMissing = `the browser bundle of socket.io-client is not part of this build: run "make bundle" and build again`

// bundleTypes has the files that Node's socket.io serves, and their types.
var bundleTypes = map[string]string{
	"socket.io.js":                 scriptType,
	"socket.io.js.map":             mapType,
	"socket.io.min.js":             scriptType,
	"socket.io.min.js.map":         mapType,
	"socket.io.esm.min.js":         scriptType,
	"socket.io.esm.min.js.map":     mapType,
	"socket.io.msgpack.min.js":     scriptType,
	"socket.io.msgpack.min.js.map": mapType,
}

const (
	scriptType = "application/javascript; charset=utf-8"
	mapType    = "application/json; charset=utf-8"
)

// Bundle serves the official browser client below the path of the Socket.IO
// endpoint, as Node's socket.io does. It is immutable and safe for concurrent use.
type Bundle struct {
	prefix string // "/socket.io/"
	files  map[string]*bundleFile
}

// NewBundle returns the embedded bundle, served below path: "/socket.io".
func NewBundle(path string) *Bundle {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid name, which is all that Sub checks
	}
	return newBundle(path, sub)
}

func newBundle(path string, fsys fs.FS) *Bundle {
	b := &Bundle{prefix: strings.TrimSuffix(path, "/") + "/", files: map[string]*bundleFile{}}
	for name, contentType := range bundleTypes {
		if file, ok := newBundleFile(fsys, name, contentType); ok {
			b.files[name] = file
		}
	}
	return b
}

// BundleNames returns the names of the files, in alphabetical order.
func BundleNames() []string { return slices.Sorted(maps.Keys(bundleTypes)) }

// Available reports whether the whole bundle is part of this build. If it is
// not, ServeHTTP answers 404 with BundleMissing.
func (b *Bundle) Available() bool { return len(b.files) == len(bundleTypes) }

// Match reports whether the request is for a file of the bundle, available or not,
// with any method. The name must be spelled exactly, without escapes: everything
// else below the path is for the engine.
func (b *Bundle) Match(r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.EscapedPath(), b.prefix)
	return ok && bundleTypes[name] != ""
}

// ServeHTTP answers a request that matches, whatever its method.
func (b *Bundle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !b.Match(r) {
		notFound(w)
		return
	}
	if !b.Available() {
		http.Error(w, BundleMissing, http.StatusNotFound)
		return
	}
	const etag = `"` + bundleVersion + `"`
	// Only these two forms, and no list of them, as Node does.
	if match := r.Header.Get("If-None-Match"); match == etag || match == "W/"+etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	file := b.files[strings.TrimPrefix(r.URL.Path, b.prefix)]
	encoding := accept.Encoding(r.Header, "br", "gzip", "deflate")
	body := file.body[encoding]()
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=0")
	header.Set("Content-Type", file.contentType)
	header.Set("ETag", etag)
	// Node does not send Vary. As all encodings have the same ETag, a shared cache
	// could then send br to a client that cannot decode it.
	header.Add("Vary", "Accept-Encoding")
	if encoding != "" {
		header.Set("Content-Encoding", encoding)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}
