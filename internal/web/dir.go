package web

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// dir is a folder on disk as a file system. No name leads out of it, not even
// through symbolic links. It opens the folder each time, so that a folder that is
// deleted and created again, as bundlers do, is still served.
type dir string

// OpenDir returns the named folder as a file system for Files. Its error is one
// line that says what is wrong and how to fix it.
func OpenDir(name string) (fs.FS, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("public folder %q: %w", name, err)
	}
	root, err := os.OpenRoot(abs)
	if err != nil {
		return nil, fmt.Errorf("public folder %q cannot be opened (%w): choose another with -public, or none for the embedded pages",
			name, errors.Unwrap(err))
	}
	return dir(abs), root.Close()
}

// Open implements fs.FS. It opens regular files and folders only: to open a named
// pipe would block until its other end is opened.
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
	if err := d.checkTarget(local); err != nil {
		return nil, err
	}
	return root.Open(local)
}

// checkTarget returns an error if local is a symbolic link to something hidden:
// a file whose own name begins with a dot, or that stands in such a folder.
func (d dir) checkTarget(local string) error {
	top, err := filepath.EvalSymlinks(string(d))
	if err != nil {
		return err
	}
	target, err := filepath.EvalSymlinks(filepath.Join(string(d), local))
	if err != nil {
		return err
	}
	inside, err := filepath.Rel(top, target)
	if err != nil {
		return err
	}
	for part := range strings.SplitSeq(filepath.ToSlash(inside), "/") {
		if part != "." && strings.HasPrefix(part, ".") {
			return errors.New("a link to a hidden file")
		}
	}
	return nil
}
