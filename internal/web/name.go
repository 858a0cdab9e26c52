package web

import (
	"net/url"
	"strings"
)

// fileName returns the name in an fs.FS for the path of a request; "." is the root
// folder. It reports false for a path with an empty segment, an escaped slash, a
// backslash or a NUL, and for a segment that begins with a dot, as "." and ".." do:
// each file has one spelling only.
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
