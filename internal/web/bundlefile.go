package web

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/andybalholm/brotli"
)

// brotliLevel is where andybalholm/brotli stops being quick: 25 ms for
// socket.io.js at 9, 320 ms at 11 for 9 % less.
const brotliLevel = 9

// bundleFile is one file of the bundle. Its bodies, by content coding ("" for
// none), are made when first asked for and kept.
type bundleFile struct {
	contentType string
	body        map[string]func() []byte
}

func newBundleFile(fsys fs.FS, name, contentType string) *bundleFile {
	plain := sync.OnceValue(func() []byte {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			panic(fmt.Sprintf("read %s: %v", name, err)) // embedded: it is in memory already
		}
		return data
	})
	packed := func(newWriter func(io.Writer) io.WriteCloser) func() []byte {
		return sync.OnceValue(func() []byte { return pack(newWriter, plain()) })
	}
	return &bundleFile{contentType: contentType, body: map[string]func() []byte{
		"":     plain,
		"br":   packed(func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotliLevel) }),
		"gzip": packed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		// HTTP's deflate is the zlib format (RFC 9110, section 8.4.1.2).
		"deflate": packed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }),
	}}
}

// pack returns data as newWriter encodes it.
func pack(newWriter func(io.Writer) io.WriteCloser, data []byte) []byte {
	var buf bytes.Buffer
	w := newWriter(&buf)
	// A bytes.Buffer takes everything, so neither call can fail.
	w.Write(data)
	w.Close()
	return buf.Bytes()
}
