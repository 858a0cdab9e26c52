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

// Files returns a handler that serves the regular files of fsys, and index.html for
// a folder. It supports ETag and 304, HEAD, Range, and gzip for clients that accept
// it. It lists no folders and serves no names that begin with a dot. The files of
// fsys must be io.Seekers, as those of embed.FS and OpenDir are.
//
// Clients may cache a response, but must revalidate it before each use, so that an
// edited file shows at once. The handler is safe for concurrent use.
func Files(fsys fs.FS) http.Handler {
	return &files{fsys: fsys, cache: newCache()}
}

// allowed are the methods that files are served for.
const allowed = "GET, HEAD, OPTIONS"

func (h *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions: // HAProxy asks this way whether a server is up
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", allowed)
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
		notFound(w) // for whatever reason: clients need not know
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

// open opens the named file. The caller must close it.
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

// redirect redirects the client from /dir to /dir/, to which the links of the page
// are relative. If the folder has no page, it answers 404.
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
	// Relative, so that it is right behind a proxy that adds a path of its own.
	to := url.URL{Path: "./" + path.Base(dir) + "/", RawQuery: r.URL.RawQuery}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Location", to.String())
	w.WriteHeader(http.StatusMovedPermanently)
}

// serve answers with the file, or with its gzip form if the client prefers that
// and asks for no range: ranges count the bytes of the plain file.
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
		// ServeContent sets no length if there is an encoding.
		header.Set("Content-Length", strconv.Itoa(len(e.gzip)))
		content = bytes.NewReader(e.gzip)
	}
	// No Last-Modified: in whole seconds, it may stay when the content changes.
	http.ServeContent(w, r, "", time.Time{}, content)
}

func notFound(w http.ResponseWriter) {
	http.Error(w, "not found", http.StatusNotFound)
}
