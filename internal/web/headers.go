package web

import (
	"io/fs"
	"net/http"
	"strings"
)

// The security headers of the embedded pages. They allow no more than the pages
// need. Files sets none of them: what a folder of the user's needs is unknown.
const (
	// pageRules is for the page at /, whose style attributes count as inline and
	// whose script connects to a fixed address, wherever it was loaded from.
	pageRules = "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src * ws: wss:; " +
		"img-src 'self' data: blob:; media-src 'self' data: blob: mediastream:; " +
		"object-src 'none'; base-uri 'none'; form-action 'none'"
	// roomRules adds to the rules in the page below /room/ itself what only a header
	// can say: other sites must not frame it, so that they cannot make people click
	// on what they do not see.
	roomRules = "frame-ancestors 'self'; object-src 'none'; base-uri 'none'"
	// roomPermissions allows the page itself, but no frames in it, to use devices.
	roomPermissions = "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
)

// Pages is Files for the embedded pages, with security headers. Its Referrer-Policy
// keeps the addresses of rooms, and the tokens in them, from other sites.
func Pages(fsys fs.FS) http.Handler {
	files := Files(fsys)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Referrer-Policy", "same-origin")
		if strings.HasPrefix(r.URL.Path, "/room/") {
			h.Set("Content-Security-Policy", roomRules)
			h.Set("Permissions-Policy", roomPermissions)
		} else {
			h.Set("Content-Security-Policy", pageRules)
		}
		files.ServeHTTP(w, r)
	})
}
