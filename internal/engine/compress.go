package engine

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"sync"

	"signaling/internal/accept"
)

// compressor is a *gzip.Writer or a *zlib.Writer.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

// compressors has a pool of compressors for each content encoding.
var compressors = map[string]*sync.Pool{
	"gzip":    {New: func() any { return gzip.NewWriter(io.Discard) }},
	"deflate": {New: func() any { return zlib.NewWriter(io.Discard) }}, // HTTP's deflate is zlib: RFC 9110 section 8.4.1.2
}

// compress returns body in the content encoding that the request prefers, and
// sets Content-Encoding in h; or body itself if the request accepts neither gzip
// nor deflate. It keeps nothing of body.
func compress(h http.Header, r *http.Request, body []byte) []byte {
	encoding := accept.Encoding(r.Header, "gzip", "deflate")
	pool, ok := compressors[encoding]
	if !ok {
		return body
	}
	w := pool.Get().(compressor)
	defer pool.Put(w)
	var out bytes.Buffer
	w.Reset(&out)
	w.Write(body) // a bytes.Buffer takes everything
	w.Close()
	h.Set("Content-Encoding", encoding)
	return out.Bytes()
}
