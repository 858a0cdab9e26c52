// Command pack writes the compressed forms of the browser bundle, which package
// web embeds. Run it from the top of the repository, as "make bundle" does.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"

	"signaling/internal/web"
)

// brotliLevel is the highest level at which andybalholm/brotli is quick: level 11
// takes nine times as long and writes 8 % less.
const brotliLevel = 9

func main() {
	from := flag.String("from", "internal/web/npm/node_modules/socket.io-client/dist", "`folder` with the files of the npm package")
	to := flag.String("to", "internal/web/dist", "`folder` for the compressed files")
	flag.Parse()
	if err := pack(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// pack writes each file of the bundle to the folder to, in each form. First it
// removes the bundle's files that are there: all of the folder is embedded.
func pack(from, to string) error {
	old, err := filepath.Glob(filepath.Join(to, "socket.io.*"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	for _, name := range web.BundleNames() {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		for extension, newWriter := range writers {
			packed, err := compress(newWriter, data)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(to, name+extension), packed, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// writers are the encoders, by the extensions that package web looks for. What
// they write depends on the data alone.
var writers = map[string]func(io.Writer) io.WriteCloser{
	web.BrotliExtension: func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotliLevel) },
	web.GzipExtension:   func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
}

func compress(newWriter func(io.Writer) io.WriteCloser, data []byte) ([]byte, error) {
	var buf bytes.Buffer
	w := newWriter(&buf)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
