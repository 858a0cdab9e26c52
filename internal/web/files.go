// Package web serves what browsers fetch over plain HTTP: the page's files and
// the official client's bundle.
package web

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"signaling/internal/accept"
)

// files serves the regular files of a folder.
type files struct {
	fsys  fs.FS
	cache *cache
}

// Files returns a handler that serves the regular files of fsys: index.html for
// a folder, ETag and 304, HEAD, Range, and gzip for clients that accept it. It
// never lists a folder and never serves a name that begins with a dot. The files
// that fsys opens must be io.Seekers, as those of embed.FS and OpenDir are.
//
// A client may keep what it got but asks again before each use, so that an
// edited file shows at once.
func Files(fsys fs.FS) http.Handler {
	return &files{fsys: fsys, cache: newCache()}
}

func (h *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name, ok := fileName(r.URL)
	if !ok {
		notFound(w)
		return
	}
	folder := strings.HasSuffix(r.URL.Path, "/")
	if folder {
		name = path.Join(name, "index.html")
	}
	f, info, err := h.open(name)
	if err != nil {
		// Whatever the reason, a name that cannot be opened is not there to be had.
		notFound(w)
		return
	}
	defer f.Close()
	switch {
	case info.Mode().IsRegular():
		h.serve(w, r, name, f, info)
	case info.IsDir() && !folder:
		h.redirect(w, r, name)
	default:
		notFound(w)
	}
}

func (h *files) open(name string) (fs.File, fs.FileInfo, error) {
	f, err := h.fsys.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// redirect sends the client from /dir to /dir/, against which the page's links
// are meant. A folder without a page is not found under either name.
func (h *files) redirect(w http.ResponseWriter, r *http.Request, dir string) {
	f, info, err := h.open(path.Join(dir, "index.html"))
	if err != nil {
		notFound(w)
		return
	}
	f.Close()
	if !info.Mode().IsRegular() {
		notFound(w)
		return
	}
	// Relative, so that it holds behind a proxy that adds a path of its own.
	to := url.URL{Path: "./" + path.Base(dir) + "/", RawQuery: r.URL.RawQuery}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusMovedPermanently)
}

// serve answers with the file, or with its gzip form where the client prefers
// that. A range counts bytes of the plain file, so a request for one gets it.
func (h *files) serve(w http.ResponseWriter, r *http.Request, name string, f fs.File, info fs.FileInfo) {
	content, ok := f.(io.ReadSeeker)
	if !ok {
		http.Error(w, "the file cannot be read at an offset", http.StatusInternalServerError)
		return
	}
	kind := contentType(name)
	e, err := h.cache.get(name, info, content, kind.compressible)
	if err != nil {
		http.Error(w, "the file cannot be read", http.StatusInternalServerError)
		return
	}

	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("Content-Type", kind.name)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("ETag", `"`+e.hash+`"`)
	if kind.compressible {
		header.Add("Vary", "Accept-Encoding")
	}
	if e.gzip != nil && r.Header.Get("Range") == "" && accept.Encoding(r.Header, "gzip", accept.Identity) == "gzip" {
		header.Set("ETag", `"`+e.hash+`-gzip"`)
		header.Set("Content-Encoding", "gzip")
		// ServeContent leaves the length out where it sees an encoding.
		header.Set("Content-Length", strconv.Itoa(len(e.gzip)))
		content = bytes.NewReader(e.gzip)
	}
	// The ETag changes with the content; a date, of whole seconds, may not.
	http.ServeContent(w, r, "", time.Time{}, content)
}

func notFound(w http.ResponseWriter) {
	http.Error(w, "not found", http.StatusNotFound)
}
