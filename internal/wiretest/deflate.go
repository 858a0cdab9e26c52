package wiretest

import (
	"bytes"
	"compress/flate"
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

// Inflate returns what a compressed message stands for.
func Inflate(compressed string) (string, error) {
	message, err := io.ReadAll(flate.NewReader(strings.NewReader(compressed + "\x00\x00\xff\xff\x01\x00\x00\xff\xff")))
	if err != nil {
		return "", fmt.Errorf("compressed message: %w", err)
	}
	return string(message), nil
}
