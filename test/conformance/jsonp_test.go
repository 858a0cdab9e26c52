package conformance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

// openJSONP opens a session of revision 3 whose answers are scripts. index is
// the j of the query; the later requests may say another one.
func openJSONP(t *testing.T, index string) *pollSession {
	t.Helper()
	e := endpoint{enginePath, revision3}
	s := &pollSession{endpoint: e, base: protocolURL, poll: newHTTPConn(t, protocolURL), push: newHTTPConn(t, protocolURL)}
	res := s.poll.do(t, "GET", e.query("polling")+"&j="+index, nil, "")
	res.wantHeader(t, "Content-Type", "text/plain; charset=UTF-8")
	s.sid = sessionID(t, revision3.packets(t, unwrapScript(t, res.body))[0])
	return s
}

var jsonpScript = regexp.MustCompile(`(?s)^___eio\[\d*\]\((".*")\);$`)

// unwrapScript takes the payload out of a script.
func unwrapScript(t *testing.T, script string) string {
	t.Helper()
	m := jsonpScript.FindStringSubmatch(script)
	var payload string
	if m == nil || json.Unmarshal([]byte(m[1]), &payload) != nil {
		t.Fatalf("not a JSONP script: %q", script)
	}
	return payload
}

// postForm sends a form as the hidden frame of a JSONP client does.
func (s *pollSession) postForm(t *testing.T, form string) response {
	t.Helper()
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return s.push.do(t, "POST", s.target(), header, form)
}

func TestJSONPScripts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, index, sent, want string }{
		{"plain text", "0", "4hello", `___eio[0]("6:4hello");`},
		{"the index of the handshake", "23", "4x", `___eio[23]("2:4x");`},
		{"only the digits of the index count", "1);alert(2", "4x", `___eio[12]("2:4x");`},
		{"an index without digits", "x", "4x", `___eio[]("2:4x");`},
		{"quotes and backslashes", "0", `4a"b\c`, `___eio[0]("6:4a\"b\\c");`},
		{"line separators are escaped", "0", "4\u2028\u2029", `___eio[0]("3:4\u2028\u2029");`},
		{"control characters", "0", "4\t\r\x01", `___eio[0]("4:4\t\r\u0001");`},
		{"other characters stay as they are", "0", "4€</script>&\U0001F600", `___eio[0]("14:4€</script>&` + "\U0001F600" + `");`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := openJSONP(t, tc.index)
			form := url.Values{"d": {revision3.payload(tc.sent)}}.Encode()
			s.postForm(t, form).want(t, http.StatusOK, "ok")
			res := s.get(t)
			res.want(t, http.StatusOK, tc.want)
			res.wantHeader(t, "Content-Type", "text/plain; charset=UTF-8")
		})
	}
}

// Clients write a newline as \n and a backslash before an n as \\n, because
// browsers disagree about newlines in forms.
func TestJSONPForms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, form, want string }{
		{"a newline", `d=4:4a\nb`, "4a\nb"},
		{"a backslash and an n", `d=5:4a\\nb`, `4a\nb`},
		{"percent escapes", `d=4%3A4a%20b`, "4a b"},
		{"plus is a space", `d=4:4a+b`, "4a b"},
		{"UTF-8", `d=2:4%E2%82%AC`, "4€"},
		{"other fields beside it", `x=1&d=2:4a&y=2`, "4a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := openJSONP(t, "0")
			s.postForm(t, tc.form).want(t, http.StatusOK, "ok")
			if got := unwrapScript(t, s.get(t).body); got != revision3.payload(tc.want) {
				t.Errorf("got %q, want %q", got, revision3.payload(tc.want))
			}
		})
	}
}

func TestJSONPFormWithoutDataIsIgnored(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"", "x=1", "d=2:4a&d=2:4b"} {
		s := openJSONP(t, "0")
		s.postForm(t, form).want(t, http.StatusOK, "ok")
		s.postForm(t, "d=2:4z").want(t, http.StatusOK, "ok")
		s.get(t).want(t, http.StatusOK, `___eio[0]("2:4z");`)
	}
}

func TestJSONPBinaryWithoutBase64Support(t *testing.T) {
	t.Parallel()
	s := openJSONP(t, "0&b64=1")
	s.postForm(t, "d=6:b4AQID").want(t, http.StatusOK, "ok")
	s.get(t).want(t, http.StatusOK, `___eio[0]("6:b4AQID");`)
}

func TestJSONPUpgrades(t *testing.T) {
	t.Parallel()
	s := openJSONP(t, "0")
	s.hold(t)
	ws := probe(t, s)
	s.poll.receive(t).want(t, http.StatusOK, `___eio[0]("1:6");`)
	ws.heartbeats(revision3)
	ws.send(t, text("5"), text("4hello"))
	ws.want(t, text("4hello"))
}

// j belongs to revision 3; one of revision 4 gets scripts all the same.
func TestJSONPOfRevision4(t *testing.T) {
	t.Parallel()
	res := fetch(t, protocolURL, "GET", enginePath+"?EIO=4&transport=polling&j=5", nil, "")
	sessionID(t, unwrapScript(t, res.body))
}
