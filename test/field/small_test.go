//go:build field

package field

import (
	"crypto/hmac"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// The id of a session is all that somebody needs to read and write in its name.
func TestLogHasNoSessionIDs(t *testing.T) {
	for _, level := range []string{"info", "debug"} {
		t.Run(level, func(t *testing.T) {
			s := start(t, "-log-level", level, "-event-rate", "2:5", "-max-namespaces", "1", "-queue-packets", "3")
			// One that sends too much, one that joins too much, one that does not
			// poll, one that breaks the protocol, and one that is refused a room.
			flooder, joiner := wiretest.Connect(t, s.addr), wiretest.Connect(t, s.addr)
			p, breaker := joinPolling(t, s.addr, pollingTarget), wiretest.Connect(t, s.addr)
			for range 5 {
				breaker.Send(t, `42["offer",1]`) // more than who does not poll may have waiting
			}
			handled(t, breaker.WebSocket)
			breaker.Send(t, "4nonsense")
			breaker.End(t)
			joiner.Send(t, "40/nope,", `42["join",""]`)
			handled(t, joiner.WebSocket)
			for range 20 {
				flooder.Write(texts(`42["message",null]`)...)
			}
			flooder.End(t)
			s.log.Await(t, "rate-closed")
			s.log.Await(t, "slow-consumer")
			s.stop(t)
			for who, id := range map[string]string{"who sent too much": flooder.SID, "who joined too much": joiner.SID, "who did not poll": p.SID, "who broke the protocol": breaker.SID} {
				for line := range strings.Lines(s.log.String()) {
					if strings.Contains(line, id) {
						t.Errorf("the log has the id of the session of %s: %s", who, line)
						break
					}
				}
			}
		})
	}
}

// signed returns a JWT of HS256.
func signed(header, claims, key string) string {
	encode := base64.RawURLEncoding.EncodeToString
	token := encode([]byte(header)) + "." + encode([]byte(claims))
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(token))
	return token + "." + encode(mac.Sum(nil))
}

// RFC 7519 section 4 on claims that are there twice and on their names, which
// are case-sensitive (section 10.1.1); RFC 7515 section 4.1.11 on crit.
func TestClaimsOfTokensAreReadAsTheyAreWritten(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	t.Setenv("SIGNALING_AUTH_SECRET", key)
	s := start(t, "-auth", "jwt", "-auth-audience", "calls")
	const plain = `{"alg":"HS256","typ":"JWT"}`
	past, future := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	for _, row := range []struct {
		name, header, claims string
		in                   bool
	}{
		{"as it should be", plain, fmt.Sprintf(`{"exp":%d,"aud":"calls"}`, future), true},
		{"expired", plain, fmt.Sprintf(`{"exp":%d,"aud":"calls"}`, past), false},
		{"an expiry in capitals alone", plain, fmt.Sprintf(`{"EXP":%d,"aud":"calls"}`, future), false},
		{"expired, with another claim Exp", plain, fmt.Sprintf(`{"exp":%d,"Exp":%d,"aud":"calls"}`, past, future), false},
		{"not expired, with another claim Exp before", plain, fmt.Sprintf(`{"exp":%d,"aud":"calls","EXP":%d}`, future, past), true},
		{"an audience in capitals alone", plain, fmt.Sprintf(`{"exp":%d,"Aud":"calls"}`, future), false},
		{"for somebody else, with another claim AUD", plain, fmt.Sprintf(`{"exp":%d,"aud":"mail","AUD":"calls"}`, future), false},
		{"not valid yet, with another claim Nbf", plain, fmt.Sprintf(`{"exp":%d,"aud":"calls","nbf":%d,"Nbf":%d}`, future, future, past), false},
		{"a claim of its own in capitals", plain, fmt.Sprintf(`{"exp":%d,"aud":"calls","NBF":%d}`, future, future), true},
		{"the long s, which folds to s", plain, fmt.Sprintf(`{"exp":%d,"aud":"calls","i\u017fs":"x"}`, future), true},
		{"something critical that nobody knows", `{"alg":"HS256","crit":["hold"],"hold":true}`, fmt.Sprintf(`{"exp":%d,"aud":"calls"}`, future), false},
		{"something critical that is not there", `{"alg":"HS256","crit":["hold"]}`, fmt.Sprintf(`{"exp":%d,"aud":"calls"}`, future), false},
		{"an empty list of what is critical", `{"alg":"HS256","crit":[]}`, fmt.Sprintf(`{"exp":%d,"aud":"calls"}`, future), false},
		{"the payload as it is, RFC 7797", `{"alg":"HS256","b64":true,"crit":["b64"]}`, fmt.Sprintf(`{"exp":%d,"aud":"calls"}`, future), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := wiretest.Dial(t, s.addr, wiretest.PeerTarget)
			w.Next(t)
			w.Send(t, `40{"token":"`+signed(row.header, row.claims, key)+`"}`)
			if reply := w.Next(t).Payload; strings.HasPrefix(reply, "40") != row.in {
				t.Errorf("CONNECT is answered %.200q", reply)
			}
		})
	}
}

// A file whose name begins with a dot is served under no other name either.
func TestLinksToHiddenFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{".secret": "hidden", "plain.txt": "plain", ".git/config": "hidden"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	links := []struct {
		name, to, target string
		status           int
	}{
		{"a file", "plain.txt", "/good.txt", 200},
		{"a hidden file", ".secret", "/link.txt", 404},
		{"a file in a hidden folder", ".git/config", "/config.txt", 404},
		{"a hidden folder", ".git", "/folder/config", 404},
		{"a link to a hidden file", "link.txt", "/second.txt", 404},
	}
	for _, link := range links {
		name, _, _ := strings.Cut(strings.TrimPrefix(link.target, "/"), "/")
		if err := os.Symlink(link.to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, "-public", dir)
	for _, link := range links {
		t.Run("to "+link.name, func(t *testing.T) {
			if a := wiretest.NewBrowser(t, s.addr).Must(t, "GET", link.target, ""); a.Status != link.status {
				t.Errorf("%s is answered %d %q", link.target, a.Status, a.Body)
			}
		})
	}
}

// Python reads integers of up to 4,300 digits, and its client fails at a longer
// one. No peer may do that to another.
func TestNumbersThatPythonCannotRead(t *testing.T) {
	s := start(t)
	for name, number := range map[string]string{
		"an integer":            strings.Repeat("7", 5000),
		"a negative one":        "-" + strings.Repeat("7", 5000),
		"one within an object":  `{"a":[{"b":` + strings.Repeat("7", 5000) + `}]}`,
		"one that is just over": strings.Repeat("7", 4301),
	} {
		for _, event := range []string{`42["offer",%s]`, `42["message",{"channel":[],"message":%s}]`} {
			t.Run(name+" in "+event[2:9], func(t *testing.T) {
				client := startPython(t, s.addr, "websocket")
				client.await(t, "ready", wiretest.Patience)
				bad := wiretest.Connect(t, s.addr)
				bad.Write(texts(fmt.Sprintf(event, number))...)
				bad.Write(wiretest.Frame{Op: wiretest.Ping})
				bad.Read() // the answer, or the end
				wiretest.Connect(t, s.addr).Send(t, `42["offer",12345678901234567890123456789]`, `42["offer","after"]`)
				for {
					said := client.await(t, "", wiretest.Patience).(map[string]any)
					if said["error"] != nil {
						t.Fatalf("the client fails: %.200v", said)
					}
					if args, _ := said["event"].([]any); len(args) == 2 && args[1] == "after" {
						return
					}
				}
			})
		}
	}
}

// What has published faults is not in the program, nor linked to it.
func TestProgramHasNoQUIC(t *testing.T) {
	info, err := buildinfo.ReadFile(signalingProgram)
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range info.Deps {
		if strings.HasPrefix(dep.Path, "github.com/quic-go/quic-go") && dep.Replace != nil {
			return // by something of our own
		}
	}
	symbols, err := exec.Command("go", "tool", "nm", signalingProgram).Output()
	if err != nil {
		t.Fatalf("list the symbols: %v", err)
	}
	quic := regexp.MustCompile(`(?m)^ *[0-9a-f]+ [Tt] (github\.com/quic-go/quic-go\S*)$`).FindAllSubmatch(symbols, -1)
	if len(quic) > 0 {
		t.Errorf("%d functions of quic-go are linked, such as %s", len(quic), quic[0][1])
	}
}
