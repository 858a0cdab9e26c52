package web

import (
	"net/url"
	"strings"
)

// fileName turns the path of a request into a name for fs.FS; "." is the folder
// itself. It refuses paths that are not spelled the one way: empty segments, an
// escaped slash, a backslash or NUL, and every segment that begins with a dot,
// which covers "." and "..".
func fileName(u *url.URL) (name string, ok bool) {
	name, ok = strings.CutPrefix(u.Path, "/")
	if !ok || strings.ContainsAny(name, "\\\x00") || strings.Contains(strings.ToLower(u.EscapedPath()), "%2f") {
		return "", false
	}
	name = strings.TrimSuffix(name, "/")
	if name == "" {
		return ".", u.Path == "/"
	}
	for _, segment := range strings.Split(name, "/") {
		if segment == "" || segment[0] == '.' {
			return "", false
		}
	}
	return name, true
}
