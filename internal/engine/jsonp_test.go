package engine

import (
	"net/url"
	"testing"

	"signaling/internal/wiretest"
)

func TestSessionOverJSONP(t *testing.T) {
	f := serve(t, options(), echo)
	for _, row := range []struct{ name, query, form, want string }{
		{"revision 3", target3 + "polling&j=3", `d=` + url.QueryEscape(`5:4a\\nb`), `___eio[3]("5:4a\\nb");`},
		{"revision 4", target + "polling&j=3", `d=` + url.QueryEscape("4a\n\u2028"), `___eio[3]("4a\n\u2028");`},
		{"bytes that are not UTF-8 are mended", target + "polling&j=3", `d=4%FF`, "___eio[3](\"4\uFFFD\");"},
		{"an index with more than digits", target + "polling&j=3);alert(1", `d=4a`, `___eio[31]("4a");`},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := wiretest.OpenPolling(t, f.addr, row.query)
			answer := p.Must(t, "POST", p.Target, row.form, "Content-Type", "application/x-www-form-urlencoded")
			answer.Want(t, 200, "ok")
			poll := p.Get(t)
			poll.Want(t, 200, row.want)
			if got := poll.Header.Get("Content-Type"); got != "text/plain; charset=UTF-8" {
				t.Errorf("content type %q", got)
			}
		})
	}
}

func TestFormWithoutPayloadIsIgnored(t *testing.T) {
	f := serve(t, options(), echo)
	p := wiretest.OpenPolling(t, f.addr, target+"polling&j=0")
	p.Must(t, "POST", p.Target, "x=1").Want(t, 200, "ok")
	p.Must(t, "POST", p.Target, "d=4still+here").Want(t, 200, "ok")
	p.Want(t, 200, `___eio[0]("4still here");`)
}
