package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// The keys of the tests, made once: an RSA key takes a while.
var (
	rsaKey, _  = rsa.GenerateKey(rand.Reader, 2048)
	ecKey, _   = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	otherEC, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _    = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	hmacKey    = []byte("0123456789abcdef0123456789abcdef")
)

// publicPEM returns a public key in PEM.
func publicPEM(t testing.TB, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// sign makes a token.
func sign(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// in returns a time after now, as claims have it.
func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

func verifier(t testing.TB, s Settings) *Verifier {
	t.Helper()
	v, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// want checks the code with which a token is refused; "" means that it is valid.
func want(t *testing.T, v *Verifier, token string, code Code) {
	t.Helper()
	refusal := v.Verify(token)
	switch {
	case refusal == nil && code != "":
		t.Errorf("the token is taken, want %s", code)
	case refusal != nil && refusal.Code != code:
		t.Errorf("refused with %s (%s), want %q", refusal.Code, refusal.Message, code)
	}
}

func TestClaims(t *testing.T) {
	for _, row := range []struct {
		name     string
		audience string
		claims   func() jwt.MapClaims
		code     Code
	}{
		{"one that has time left", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute)} }, ""},
		{"one that expired within the leeway", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(-6 * time.Second)} }, ""},
		{"one that expired before", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(-8 * time.Second)} }, TokenExpired},
		{"one that never expires", "", func() jwt.MapClaims { return jwt.MapClaims{"sub": "x"} }, TokenInvalid},
		{"an expiry that is no number", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": "tomorrow"} }, TokenInvalid},
		{"one that begins within the leeway", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute), "nbf": in(6 * time.Second)} }, ""},
		{"one that begins later", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute), "nbf": in(8 * time.Second)} }, TokenNotYetValid},
		{"the audience asked for", "signaling", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute), "aud": "signaling"} }, ""},
		{"the audience in a list", "signaling", func() jwt.MapClaims {
			return jwt.MapClaims{"exp": in(time.Minute), "aud": []string{"other", "signaling"}}
		}, ""},
		{"another audience", "signaling", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute), "aud": "other"} }, TokenInvalid},
		{"no audience", "signaling", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute)} }, TokenInvalid},
		{"an expiry that has another name", "", func() jwt.MapClaims { return jwt.MapClaims{"EXP": in(time.Minute)} }, TokenInvalid},
		{"an expiry that another name contradicts", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(-time.Hour), "Exp": in(time.Hour)} }, TokenExpired},
		{"an audience that has another name", "signaling", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute), "Aud": "signaling"} }, TokenInvalid},
		{"an audience, where none is required", "", func() jwt.MapClaims { return jwt.MapClaims{"exp": in(time.Minute), "aud": "other"} }, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := verifier(t, Settings{Mode: JWT, Secret: string(hmacKey), Audience: row.audience, Leeway: 7 * time.Second})
				want(t, v, sign(t, jwt.SigningMethodHS256, hmacKey, row.claims()), row.code)
			})
		})
	}
}

func TestAlgorithms(t *testing.T) {
	files := map[string][]byte{
		"HS256": hmacKey,
		"RS256": publicPEM(t, &rsaKey.PublicKey),
		"ES256": publicPEM(t, &ecKey.PublicKey),
		"both":  append(publicPEM(t, &rsaKey.PublicKey), publicPEM(t, &ecKey.PublicKey)...),
		"two":   append(publicPEM(t, &otherEC.PublicKey), publicPEM(t, &ecKey.PublicKey)...),
	}
	claims := jwt.MapClaims{"exp": in(time.Hour)}
	pemText := files["RS256"]
	der, _ := pem.Decode(pemText)
	for _, row := range []struct {
		name, file, token string
		code              Code
	}{
		{"HS256 with its key", "HS256", sign(t, jwt.SigningMethodHS256, hmacKey, claims), ""},
		{"RS256 with its key", "RS256", sign(t, jwt.SigningMethodRS256, rsaKey, claims), ""},
		{"ES256 with its key", "ES256", sign(t, jwt.SigningMethodES256, ecKey, claims), ""},
		{"RS256 where ES256 is taken too", "both", sign(t, jwt.SigningMethodRS256, rsaKey, claims), ""},
		{"ES256 where RS256 is taken too", "both", sign(t, jwt.SigningMethodES256, ecKey, claims), ""},
		{"the old of two keys", "two", sign(t, jwt.SigningMethodES256, otherEC, claims), ""},
		{"the new of two keys", "two", sign(t, jwt.SigningMethodES256, ecKey, claims), ""},

		{"no algorithm", "HS256", sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), TokenInvalid},
		{"no algorithm against a public key", "RS256", sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims), TokenInvalid},
		{"HS256 with the public key's file as its key", "RS256", sign(t, jwt.SigningMethodHS256, pemText, claims), TokenInvalid},
		{"HS256 with that file without its line break", "RS256", sign(t, jwt.SigningMethodHS256, []byte(strings.TrimSpace(string(pemText))), claims), TokenInvalid},
		{"HS256 with the public key's DER as its key", "RS256", sign(t, jwt.SigningMethodHS256, der.Bytes, claims), TokenInvalid},
		{"HS256 with the curve's public key as its key", "ES256", sign(t, jwt.SigningMethodHS256, files["ES256"], claims), TokenInvalid},
		{"HS512 with the key of HS256", "HS256", sign(t, jwt.SigningMethodHS512, hmacKey, claims), TokenInvalid},
		{"PS256 with the key of RS256", "RS256", sign(t, jwt.SigningMethodPS256, rsaKey, claims), TokenInvalid},
		{"RS512 with the key of RS256", "RS256", sign(t, jwt.SigningMethodRS512, rsaKey, claims), TokenInvalid},
		{"ES384", "ES256", sign(t, jwt.SigningMethodES384, p384, claims), TokenInvalid},
		{"somebody else's key", "ES256", sign(t, jwt.SigningMethodES256, otherEC, claims), TokenInvalid},
		{"RS256 where the key is for ES256", "ES256", sign(t, jwt.SigningMethodRS256, rsaKey, claims), TokenInvalid},
		{"a token whose header names another algorithm", "HS256", alter(t, `{"alg":"NONE"}`), TokenInvalid},
		{"a token whose header brings its own key", "HS256", alter(t, `{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}}`), TokenInvalid},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, files[row.file], 0o600); err != nil {
				t.Fatal(err)
			}
			want(t, verifier(t, Settings{Mode: JWT, KeyFile: path}), row.token, row.code)
		})
	}
}

// alter returns a valid token of HS256 with another header.
func alter(t *testing.T, header string) string {
	token := sign(t, jwt.SigningMethodHS256, hmacKey, jwt.MapClaims{"exp": in(time.Hour)})
	_, rest, _ := strings.Cut(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + rest
}

func TestTokensThatAreNone(t *testing.T) {
	v := verifier(t, Settings{Mode: JWT, Secret: string(hmacKey)})
	good := sign(t, jwt.SigningMethodHS256, hmacKey, jwt.MapClaims{"exp": in(time.Hour)})
	want(t, v, good, "")
	want(t, v, "", TokenMissing)
	for _, token := range []string{
		".", "..", "...", "a.b.c", good + ".", good + "=", "." + good, good[:len(good)-2], good + "A", " " + good, good + "\n",
		strings.Repeat("a", maxToken), strings.Repeat(".", maxToken), strings.Repeat("a", maxToken+1),
	} {
		want(t, v, token, TokenInvalid)
	}
}

// Every token that the key has not signed is refused.
func FuzzToken(f *testing.F) {
	// The same in each of the fuzzer's processes, so without the time of day.
	good := sign(f, jwt.SigningMethodHS256, hmacKey, jwt.MapClaims{"exp": int64(9999999999), "iat": 1})
	for _, token := range []string{good, "", "..", good[:20], "eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9.", "e30.e30.", "eyJhbGciOltdfQ.e30.AA"} {
		f.Add(token)
	}
	v := verifier(f, Settings{Mode: JWT, Secret: string(hmacKey)})
	public := verifier(f, Settings{Mode: JWT, Secret: string(publicPEM(f, &ecKey.PublicKey))})
	f.Fuzz(func(t *testing.T, token string) {
		if v.Verify(token) == nil && token != good {
			t.Errorf("%q is taken", token)
		}
		if public.Verify(token) == nil {
			t.Errorf("%q is taken for one of the public key's", token)
		}
	})
}

// RFC 7515 section 4.1.11: who does not understand what a token says is critical
// must refuse it.
func TestCriticalExtensionIsRefused(t *testing.T) {
	v := verifier(t, Settings{Mode: JWT, Secret: string(hmacKey)})
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"exp": in(time.Hour)})
	token.Header["crit"] = []string{"b64"}
	signed, err := token.SignedString(hmacKey)
	if err != nil {
		t.Fatal(err)
	}
	want(t, v, signed, TokenInvalid)
}
