package wiretest

import (
	"io/fs"
	"path"
	"strings"
)

// TestFiles calls each with every file of Go tests in the tree and the folder
// that it is in, in the order of their names. Hidden folders and those of npm
// are left out.
func TestFiles(tree fs.FS, each func(dir string, source []byte)) error {
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err == nil {
			each(path.Dir(name), source)
		}
		return err
	})
}
