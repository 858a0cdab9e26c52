package ice

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Computed with OpenSSL: printf %s 1700000000:ann | openssl dgst -sha1 -hmac north -binary | base64
func TestCredentialIsWhatTURNServersCompute(t *testing.T) {
	if got, want := credential("north", "1700000000:ann"), "jeamH6dA5l2I9g3jmieza7CzEDo="; got != want {
		t.Errorf("the credential is %s, want %s", got, want)
	}
}

func TestList(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, row := range []struct {
		name    string
		servers Servers
		want    []server
	}{
		{"none", Servers{}, []server{}},
		{"STUN", Servers{STUN: []string{"stun:a", "stuns:b:1"}}, []server{{URLs: []string{"stun:a", "stuns:b:1"}}}},
		{"TURN", Servers{TURN: []string{"turn:c"}, Secret: "north", TTL: time.Minute},
			[]server{{[]string{"turn:c"}, "1700000060:ann", credential("north", "1700000060:ann")}}},
		{"both", Servers{STUN: []string{"stun:a"}, TURN: []string{"turn:c"}, Secret: "south", TTL: time.Hour},
			[]server{{URLs: []string{"stun:a"}}, {[]string{"turn:c"}, "1700003600:ann", credential("south", "1700003600:ann")}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.servers.list(now, "ann"); !reflect.DeepEqual(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func request(s Servers, method string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, Path, nil))
	return w
}

func TestAnswer(t *testing.T) {
	s := Servers{STUN: []string{"stun:a"}, TURN: []string{"turn:c?transport=udp"}, Secret: "do not tell", TTL: time.Minute}
	before := time.Now().Add(s.TTL).Unix()
	w := request(s, http.MethodGet)
	if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the answer is %d %v", w.Code, w.Header())
	}
	if strings.Contains(w.Body.String(), s.Secret) {
		t.Error("the answer has the secret in it")
	}
	var answer struct {
		ICEServers []server
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.ICEServers) != 2 {
		t.Fatalf("the answer is %s: %v", w.Body, err)
	}
	turn := answer.ICEServers[1]
	parts := regexp.MustCompile(`^(\d+):\w{16,}$`).FindStringSubmatch(turn.Username)
	if parts == nil {
		t.Fatalf("the user is %q", turn.Username)
	}
	if expiry, _ := strconv.ParseInt(parts[1], 10, 64); expiry < before || expiry > time.Now().Add(s.TTL).Unix() {
		t.Errorf("the credential holds until %d, want a minute from %d", expiry, before)
	}
	if turn.Credential != credential(s.Secret, turn.Username) {
		t.Errorf("the credential is %s", turn.Credential)
	}
	if again := request(s, http.MethodGet).Body.String(); again == w.Body.String() {
		t.Error("two clients are given the same user")
	}
}

func TestNoServers(t *testing.T) {
	if got := request(Servers{}, http.MethodGet).Body.String(); got != `{"iceServers":[]}` {
		t.Errorf("the answer is %s", got)
	}
}

func TestOtherMethods(t *testing.T) {
	w := request(Servers{}, http.MethodPost)
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST is answered %d %v", w.Code, w.Header())
	}
	if w := request(Servers{}, http.MethodHead); w.Code != 200 {
		t.Errorf("HEAD is answered %d", w.Code)
	}
}
