package engine

import (
	"net/url"
	"testing"

	"signaling/internal/packet"
)

func FuzzQuery(f *testing.F) {
	for _, raw := range []string{
		"EIO=4&transport=polling&sid=abc&j=2&b64=1", "sid=1&sid=", "%74ransport=web%73ocket", "sid=%zz", "a;b&sid=a=b", "&&j&", "j=%00",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q := parseQuery(raw)
		for _, r := range packet.CallbackIndex(q.j) {
			if r < '0' || r > '9' {
				t.Errorf("the callback's index %q is not digits alone", packet.CallbackIndex(q.j))
			}
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			return // the engine is more lenient
		}
		last := func(key string) string {
			if all := values[key]; len(all) > 0 {
				return all[len(all)-1]
			}
			return ""
		}
		want := query{
			transport: last("transport"), sid: last("sid"), revision: last("EIO"),
			j: last("j"), hasJ: values.Has("j"), b64: last("b64") != "",
		}
		if q != want {
			t.Errorf("%q is read as %+v, want %+v", raw, q, want)
		}
	})
}
