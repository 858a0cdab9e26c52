package engine

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// compressor is what gzip and zlib writers have in common.
type compressor interface {
	io.WriteCloser
	Reset(io.Writer)
}

var compressors = map[string]*sync.Pool{
	"gzip":    {New: func() any { return gzip.NewWriter(io.Discard) }},
	"deflate": {New: func() any { return zlib.NewWriter(io.Discard) }}, // HTTP's deflate is zlib: RFC 9110 section 8.4.1.2
}

// compress returns body in the encoding that the client prefers, and names it
// in h; or body itself when the client takes neither gzip nor deflate.
func compress(h http.Header, accept string, body []byte) []byte {
	encoding := preferredEncoding(accept)
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

// preferredEncoding picks gzip or deflate from an Accept-Encoding header, by
// weight and then by the order they stand in, or "" for neither.
func preferredEncoding(accept string) string {
	best, bestWeight := "", 0.0
	for item := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "*" {
			name = firstUnnamed(strings.ToLower(accept))
		}
		if _, ok := compressors[name]; !ok {
			continue
		}
		if weight := quality(parameters); weight > bestWeight {
			best, bestWeight = name, weight
		}
	}
	return best
}

// firstUnnamed returns what "*" stands for: an encoding that accept does not name.
func firstUnnamed(accept string) string {
	for _, name := range []string{"gzip", "deflate"} {
		if !strings.Contains(accept, name) {
			return name
		}
	}
	return ""
}

// quality reads the weight of an Accept-Encoding item, RFC 9110 section 12.4.2.
func quality(parameters string) float64 {
	value, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
	if !ok {
		return 1
	}
	weight, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0
	}
	return weight
}
