package app

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"signaling/internal/wiretest"
)

// The tokens of these tests contain a word that no log may contain.
const (
	telltale  = "telltale"
	goodToken = "a-good-telltale-token"
	badToken  = "a-bad-telltale-token"
	hmacKey   = "telltale-key-of-32-bytes-0123456"
)

// secretFile is a file with a secret.
func secretFile(t *testing.T, secret string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// refusalIn returns the code in a CONNECT_ERROR's data, empty for another packet.
// Clients of revision 3 get the data alone.
func refusalIn(t *testing.T, packet string) string {
	t.Helper()
	body, ok := strings.CutPrefix(packet, "44")
	if !ok {
		return ""
	}
	var whole struct {
		Code, Message string
		Data          struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(body), &whole); err != nil {
		t.Fatalf("CONNECT_ERROR %q: %v", packet, err)
	}
	if whole.Message == "" || whole.Data.Code != "" && whole.Data.Message != whole.Message {
		t.Errorf("CONNECT_ERROR %q lacks its message", packet)
	}
	return whole.Code + whole.Data.Code
}

func TestProgramAsksForAToken(t *testing.T) {
	p := start(t, "-auth", "token", "-auth-key", secretFile(t, goodToken), "-log-level", "debug")
	bearer := func(token string) []string { return []string{"Authorization: Bearer " + token} }
	for _, row := range []struct {
		name, target string
		header       []string
		connect      string // what a client of revision 4 sends
		code         string
	}{
		{"none", wiretest.PeerTarget, nil, "40", "token_missing"},
		{"in auth", wiretest.PeerTarget, nil, `40{"token":"` + goodToken + `"}`, ""},
		{"a wrong one in auth", wiretest.PeerTarget, nil, `40{"token":"` + badToken + `"}`, "token_invalid"},
		{"an array in auth", wiretest.PeerTarget, nil, `40{"token":["` + goodToken + `"]}`, "token_invalid"},
		{"in the query", wiretest.PeerTarget + "&token=" + goodToken, nil, "40", ""},
		{"a wrong one in the query", wiretest.PeerTarget + "&token=" + badToken, nil, "40", "token_invalid"},
		{"in the header", wiretest.PeerTarget, bearer(goodToken), "40", ""},
		{"a wrong one in the header", wiretest.PeerTarget, bearer(badToken), "40", "token_invalid"},
		{"revision 3, none", "/socket.io/?EIO=3&transport=websocket", nil, "", "token_missing"},
		{"revision 3, in the query", "/socket.io/?EIO=3&transport=websocket&token=" + goodToken, nil, "", ""},
		{"revision 3, a wrong one in the query", "/socket.io/?EIO=3&transport=websocket&token=" + badToken, nil, "", "token_invalid"},
		{"revision 3, in the header", "/socket.io/?EIO=3&transport=websocket", bearer(goodToken), "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := wiretest.Dial(t, p.addr, row.target, row.header...)
			w.Next(t)
			if row.connect != "" {
				w.Send(t, row.connect)
			}
			packet := w.Next(t).Payload
			if code := refusalIn(t, packet); code != row.code {
				t.Fatalf("answered %q, want the code %q", packet, row.code)
			}
			if row.code == "" {
				return
			}
			w.Send(t, `42["offer",1]`) // as if nothing were
			w.WantClose(t, wiretest.NoCode)
		})
	}
	p.wantSecrecy(t)
}

// A refused client receives nothing from the others, and they nothing from it.
func TestRefusedClientsAreOutside(t *testing.T) {
	p := start(t, "-auth", "token", "-auth-key", secretFile(t, goodToken))
	join := func(connect string) *wiretest.WebSocket {
		w := wiretest.Dial(t, p.addr, wiretest.PeerTarget)
		w.Next(t)
		w.Send(t, connect)
		w.Next(t)
		return w
	}
	a, b := join(`40{"token":"`+goodToken+`"}`), join(`40{"token":"`+goodToken+`"}`)
	outside := join("40")
	a.Send(t, `42["offer","secret"]`)
	b.Want(t, `42["offer","secret"]`)
	outside.Send(t, `42["offer","forged"]`)
	outside.WantClose(t, wiretest.NoCode)
	b.Send(t, `42["answer","after it"]`)
	a.Want(t, `42["answer","after it"]`)
	// And one that was refused may try again with a better token.
	again := join(`40{"token":"` + badToken + `"}`)
	again.Send(t, `40{"token":"`+goodToken+`"}`)
	if packet := again.Next(t).Payload; !strings.HasPrefix(packet, `40{"sid"`) {
		t.Errorf("the second try is answered %q", packet)
	}
}

func TestProgramAsksForAJWT(t *testing.T) {
	p := start(t, "-auth", "jwt", "-auth-secret", hmacKey, "-auth-audience", "signaling", "-auth-leeway", "5s", "-log-level", "debug")
	signed := func(key string, audience string, expires time.Duration) string {
		claims := jwt.MapClaims{"exp": time.Now().Add(expires).Unix(), "aud": audience, "sub": telltale}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	for _, row := range []struct{ name, token, code string }{
		{"a good one", signed(hmacKey, "signaling", time.Hour), ""},
		{"an expired one", signed(hmacKey, "signaling", -time.Hour), "token_expired"},
		{"somebody else's audience", signed(hmacKey, "other", time.Hour), "token_invalid"},
		{"somebody else's key", signed("another"+hmacKey, "signaling", time.Hour), "token_invalid"},
		{"the key itself", hmacKey, "token_invalid"},
	} {
		t.Run(row.name, func(t *testing.T) {
			polling := wiretest.OpenPolling(t, p.addr, "/socket.io/?EIO=4&transport=polling&token="+url.QueryEscape(row.token))
			polling.Post(t, "40").Want(t, 200, "ok")
			if packet := polling.Get(t).Body; refusalIn(t, packet) != row.code {
				t.Errorf("answered %q, want the code %q", packet, row.code)
			}
		})
		if strings.Contains(p.log.String(), row.token) {
			t.Errorf("the log holds a token: %s", p.log.String())
		}
	}
	p.wantSecrecy(t)
}

// Only clients with a valid token get credentials for TURN.
func TestICEServersAskForAToken(t *testing.T) {
	p := start(t, "-auth", "token", "-auth-key", secretFile(t, goodToken), "-turn", "turn:turn.example.org", "-turn-secret", "a secret")
	browser := wiretest.NewBrowser(t, p.addr)
	for _, row := range []struct {
		target, bearer string
		status         int
		says           string
	}{
		{"/ice.json", "", 401, `"code":"token_missing"`},
		{"/ice.json?token=" + badToken, "", 401, `"code":"token_invalid"`},
		{"/ice.json", badToken, 401, `"code":"token_invalid"`},
		{"/ice.json?token=" + goodToken, "", 200, "credential"},
		{"/ice.json", goodToken, 200, "credential"},
	} {
		var header []string
		if row.bearer != "" {
			header = []string{"Authorization", "Bearer " + row.bearer}
		}
		a := browser.Must(t, "GET", row.target, "", header...)
		if a.Status != row.status || !strings.Contains(a.Body, row.says) || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s, bearer %q: %d %q", row.target, row.bearer, a.Status, a.Body)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept by caches", row.target)
		}
	}
	browser.Must(t, "GET", "/", "") // the page itself is for everybody
}

// wantSecrecy sends tokens in requests and packets that are logged, and fails the
// test if the log contains one.
func (p *running) wantSecrecy(t *testing.T) {
	t.Helper()
	browser := wiretest.NewBrowser(t, p.addr)
	for _, target := range []string{
		"/socket.io/?EIO=9&transport=nonsense&token=" + badToken, "/socket.io/?EIO=4&transport=polling&sid=x&token=" + badToken,
		"/?token=" + badToken, "/nothing?token=" + badToken, "/socket.io/?token=%zz" + badToken,
	} {
		browser.Must(t, "GET", target, "", "Authorization", "Bearer "+badToken)
	}
	for _, packet := range []string{`40{"token":"` + badToken, `44{"token":"` + badToken + `"}`, `40["` + badToken + `"]`} {
		w := wiretest.Dial(t, p.addr, wiretest.PeerTarget+"&token="+badToken)
		w.Next(t)
		w.Send(t, packet)
		w.WantClose(t, wiretest.NoCode)
	}
	p.cancel()
	p.wantEnd(t)
	log := p.log.String()
	if strings.Contains(log, telltale) {
		t.Errorf("the log holds a token: %s", log)
	}
	if !strings.Contains(log, "client refused") {
		t.Errorf("the log has no line about refused clients: %s", log)
	}
}
