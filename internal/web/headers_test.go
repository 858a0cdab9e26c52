package web

import (
	"testing"
	"testing/fstest"
)

func TestHeadersOfOurPages(t *testing.T) {
	text := &fstest.MapFile{Data: []byte("<p>")}
	addr := serve(t, Pages(fstest.MapFS{"index.html": text, "room/index.html": text, "room/js/a.js": text}))
	for _, row := range []struct {
		target, rules, permissions string
		status                     int
	}{
		{"/", pageRules, "", 200},
		{"/index.html", pageRules, "", 200},
		{"/room/", roomRules, roomPermissions, 200},
		{"/room/js/a.js", roomRules, roomPermissions, 200},
		{"/room/../index.html", roomRules, roomPermissions, 404},
		{"/nothing", pageRules, "", 404},
	} {
		got := ask(t, addr, "GET", row.target)
		if got.status != row.status {
			t.Errorf("%s: status %d, want %d", row.target, got.status, row.status)
		}
		got.wantHeader(t, "Content-Security-Policy", row.rules)
		got.wantHeader(t, "Permissions-Policy", row.permissions)
		got.wantHeader(t, "Referrer-Policy", "same-origin")
		got.wantHeader(t, "X-Content-Type-Options", "nosniff")
	}
}

func TestHeadersOfOtherFolders(t *testing.T) {
	addr := serve(t, Files(fstest.MapFS{"index.html": &fstest.MapFile{Data: []byte("<p>")}}))
	got := ask(t, addr, "GET", "/")
	got.wantHeader(t, "Content-Security-Policy", "")
	got.wantHeader(t, "X-Content-Type-Options", "nosniff")
}
