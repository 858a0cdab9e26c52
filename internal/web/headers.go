package web

import (
	"io/fs"
	"net/http"
	"strings"
)

// What browsers may do with the pages that the program brings along. The rules
// are no wider than the pages need; those for a folder that somebody else has
// filled would be guesses, and Files has none.
const (
	// pageRules suits the page at /, whose style attributes count as inline and
	// whose script names one address, wherever it was fetched from.
	pageRules = "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src * ws: wss:; " +
		"img-src 'self' data: blob:; media-src 'self' data: blob: mediastream:; " +
		"object-src 'none'; base-uri 'none'; form-action 'none'"
	// roomRules adds to those that the page below /room/ states of itself what
	// only a header can: nobody may lay it under another page and have people
	// click on what they do not see.
	roomRules = "frame-ancestors 'self'; object-src 'none'; base-uri 'none'"
	// roomPermissions keeps to the page what it asks its visitor for.
	roomPermissions = "camera=(self), microphone=(self), display-capture=(self), geolocation=()"
)

// Pages is Files for the pages that the program brings along, with headers that
// say what browsers may do with them. Addresses of rooms, and the tokens in
// them, are not told to other sites.
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
