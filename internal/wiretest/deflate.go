package wiretest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
)

// Deflate returns a message compressed as RFC 7692 section 7.2.1 says.
func Deflate(message string) string {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestCompression) // a level that there is
	io.WriteString(w, message)
	w.Flush()
	return strings.TrimSuffix(out.String(), "\x00\x00\xff\xff")
}

// Expand undoes the content encoding of an HTTP body (RFC 9110 section 8.4).
// What is neither gzip nor deflate is returned as it is.
func Expand(encoding, body string) (string, error) {
	var r io.Reader = strings.NewReader(body)
	var err error
	switch encoding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	if err != nil {
		return "", fmt.Errorf("body in %s: %w", encoding, err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("body in %s: %w", encoding, err)
	}
	return string(plain), nil
}

// Inflate returns what a compressed message stands for.
func Inflate(compressed string) (string, error) {
	message, err := io.ReadAll(flate.NewReader(strings.NewReader(compressed + "\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	if err != nil {
		return "", fmt.Errorf("compressed message: %w", err)
	}
	return string(message), nil
}
