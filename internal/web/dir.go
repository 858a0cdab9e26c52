package web

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// dir is a folder on disk as a file system that nothing leads out of, symbolic
// links included. It opens the folder anew each time, so that one that is
// deleted and built again, as bundlers do, goes on being served.
type dir string

// OpenDir returns the folder of that name as a file system for Files. Its error
// is one line that says what is wrong and how to mend it.
func OpenDir(name string) (fs.FS, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("public folder %q: %w", name, err)
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("public folder %q cannot be opened (%w): name another with -public, or none for the embedded page",
			name, errors.Unwrap(err))
	}
	return dir(abs), root.Close()
}

// Open implements fs.FS. Only regular files and folders can be opened: opening
// a named pipe would wait for its other end.
func (d dir) Open(name string) (fs.File, error) {
	f, err := d.open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

func (d dir) open(name string) (fs.File, error) {
	local, err := filepath.Localize(name)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(local)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errors.New("neither a file nor a folder")
	}
	return root.Open(local)
}
