package auth

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shared = "a token of this test"

func TestShared(t *testing.T) {
	v := verifier(t, Settings{Mode: Shared, Secret: shared + "\r\n\n  the one that comes next  \n"})
	for token, code := range map[string]Code{
		shared:                           "",
		"the one that comes next":        "",
		"":                               TokenMissing,
		shared + "x":                     TokenInvalid,
		shared[1:]:                       TokenInvalid,
		strings.ToUpper(shared):          TokenInvalid,
		shared + "\n":                    TokenInvalid,
		strings.Repeat("x", maxToken+1):  TokenInvalid,
		"  the one that comes next  ":    TokenInvalid,
		shared + "\nthe one that comes ": TokenInvalid,
	} {
		want(t, v, token, code)
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)})
	for _, row := range []struct {
		name     string
		settings Settings
		says     string
	}{
		{"no secret", Settings{Mode: Shared}, "SIGNALING_AUTH_SECRET"},
		{"two secrets", Settings{Mode: Shared, Secret: shared, KeyFile: "x"}, "not both"},
		{"a file that is missing", Settings{Mode: JWT, KeyFile: filepath.Join(t.TempDir(), "nothing")}, "-auth-key"},
		{"a token that can be guessed", Settings{Mode: Shared, Secret: shared + "\nsecret"}, "16"},
		{"no token but white space", Settings{Mode: Shared, Secret: " \n"}, "openssl"},
		{"an HMAC key that is too short", Settings{Mode: JWT, Secret: "secret"}, "32"},
		{"a private key", Settings{Mode: JWT, Secret: string(private)}, "public key"},
		{"an RSA key that is too short", Settings{Mode: JWT, Secret: string(publicPEM(t, &short.PublicKey))}, "1024"},
		{"another curve", Settings{Mode: JWT, Secret: string(publicPEM(t, &p384.PublicKey))}, "P-256"},
		{"PEM that is cut off", Settings{Mode: JWT, Secret: string(publicPEM(t, &ecKey.PublicKey)[:80])}, "malformed"},
		{"PEM with something else behind it", Settings{Mode: JWT, Secret: string(publicPEM(t, &ecKey.PublicKey)) + "x"}, "malformed"},
		{"a PEM block of another kind", Settings{Mode: JWT, Secret: "-----BEGIN X-----\n-----END X-----\n"}, "no public key"},
		{"no mode", Settings{Mode: "both", Secret: shared}, "choose"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := New(row.settings)
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Fatalf("error %v, want one that says %q", err, row.says)
			}
			if strings.Contains(err.Error(), "\n") || row.settings.Secret != "" && strings.Contains(err.Error(), row.settings.Secret) {
				t.Errorf("error %q has several lines, or the secret in it", err)
			}
		})
	}
}

func TestSecretFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(shared+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, verifier(t, Settings{Mode: Shared, KeyFile: path}), shared, "")
}

func TestWhereTheTokenIs(t *testing.T) {
	for _, row := range []struct {
		name   string
		auth   map[string]any
		target string
		header string
		want   Code
	}{
		{"nowhere", nil, "/", "", TokenMissing},
		{"in auth", map[string]any{"token": shared}, "/", "", ""},
		{"in the query", nil, "/?EIO=4&token=a+token%20of+this+test", "", ""},
		{"in the header", nil, "/", "Bearer " + shared, ""},
		{"in the header, the scheme in other letters", nil, "/", "bEARER  " + shared + " ", ""},
		{"a header of another scheme", nil, "/", "Basic " + shared, TokenMissing},
		{"a header without token", nil, "/", "Bearer", TokenMissing},
		{"auth goes before the query", map[string]any{"token": "wrong"}, "/?token=a+token+of+this+test", "", TokenInvalid},
		{"the query goes before the header", nil, "/?token=wrong", "Bearer " + shared, TokenInvalid},
		{"an empty query does not", nil, "/?token=", "Bearer " + shared, ""},
		{"the last in the query counts", nil, "/?token=wrong&token=a+token+of+this+test", "", ""},
		{"null in auth is none", map[string]any{"token": nil}, "/?token=a+token+of+this+test", "", ""},
		{"an empty one in auth is none sent", map[string]any{"token": ""}, "/", "", TokenMissing},
		{"a number in auth", map[string]any{"token": 5.0}, "/", "Bearer " + shared, TokenInvalid},
		{"an array in auth", map[string]any{"token": []any{shared}}, "/", "", TokenInvalid},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, row.target, nil)
			if row.header != "" {
				r.Header.Set("Authorization", row.header)
			}
			var got Code
			if refusal := verifier(t, Settings{Mode: Shared, Secret: shared}).Check(row.auth, r); refusal != nil {
				got = refusal.Code
				if refusal.Error() == "" {
					t.Error("the refusal has no message")
				}
			}
			if got != row.want {
				t.Errorf("refused with %q, want %q", got, row.want)
			}
		})
	}
}
