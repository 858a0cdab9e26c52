package web

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// Extensions of the compressed forms in which each file of the bundle is
// embedded; the plain file is not.
const (
	BrotliExtension = ".br"
	GzipExtension   = ".gz"
)

// bundleFile is one file of the bundle. Its bodies, by content coding ("" for
// none), are made when first asked for and kept.
type bundleFile struct {
	contentType string
	body        map[string]func() []byte
}

// newBundleFile returns the named file of fsys. It reports false unless fsys has
// all forms of it.
func newBundleFile(fsys fs.FS, name, contentType string) (file *bundleFile, ok bool) {
	for _, extension := range []string{BrotliExtension, GzipExtension} {
		if _, err := fs.Stat(fsys, name+extension); err != nil {
			return nil, false
		}
	}
	read := func(extension string) func() []byte {
		return once(func() ([]byte, error) { return fs.ReadFile(fsys, name+extension) })
	}
	gzipped := read(GzipExtension)
	plain := once(func() ([]byte, error) { return gunzip(gzipped()) })
	return &bundleFile{contentType: contentType, body: map[string]func() []byte{
		"":     plain,
		"br":   read(BrotliExtension),
		"gzip": gzipped,
		// HTTP's deflate is the zlib format (RFC 9110, section 8.4.1.2).
		"deflate": once(func() ([]byte, error) { return deflate(plain()) }),
	}}, true
}

// once returns a function that calls read the first time, and returns what that
// has returned each time. An error panics: the files are embedded, so it is one
// of the build.
func once(read func() ([]byte, error)) func() []byte {
	return sync.OnceValue(func() []byte {
		data, err := read()
		if err != nil {
			panic(fmt.Sprintf("web: read the browser bundle: %v", err))
		}
		return data
	})
}

func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func deflate(data []byte) ([]byte, error) {
	var buf bytes.Buffer
	w := zlib.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
