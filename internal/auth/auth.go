package auth

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Mode is the kind of token that clients must send.
type Mode string

// The modes. JWT stands for RFC 7519 with HS256, RS256 or ES256 of RFC 7518,
// whichever the key is for.
const (
	None   Mode = "none"
	Shared Mode = "token"
	JWT    Mode = "jwt"
)

// Settings are the settings of a Verifier.
type Settings struct {
	Mode     Mode
	Secret   string        // shared token or HS256 key; exclusive with KeyFile
	KeyFile  string        // file with the secret, or with public keys in PEM
	Audience string        // that a JWT must name; empty: any or none
	Leeway   time.Duration // by which clocks may differ
}

// Code identifies, for programs, why a client was refused.
type Code string

// The codes.
const (
	TokenMissing     Code = "token_missing"       // none was sent
	TokenInvalid     Code = "token_invalid"       // not signed with our key, or not for this server
	TokenExpired     Code = "token_expired"       // it was valid: get a new one
	TokenNotYetValid Code = "token_not_yet_valid" // it will be valid later
)

// Refusal is why a client was refused. It never holds the token.
type Refusal struct {
	Code    Code   `json:"code"`
	Message string `json:"message"` // one sentence for a person
}

func (r *Refusal) Error() string { return r.Message }

// Verifier checks tokens. It is immutable and safe for concurrent use.
type Verifier struct {
	check func(token string) *Refusal
}

// maxToken is the longest token, in bytes: no issuer makes longer ones, and to
// check one costs more than to send it.
const maxToken = 8 << 10

// New returns a verifier for the settings; their mode must not be None. It reads
// the key file, once. Its error is one line that says how to fix it.
func New(s Settings) (*Verifier, error) {
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	switch s.Mode {
	case Shared:
		return newShared(secret)
	case JWT:
		return newJWT(s, secret)
	}
	return nil, fmt.Errorf("auth %q: choose one of none, token and jwt", s.Mode)
}

// secret returns the shared tokens or the keys, from Secret or from KeyFile.
func (s Settings) secret() ([]byte, error) {
	switch {
	case s.Secret != "" && s.KeyFile != "":
		return nil, errors.New("auth: give either a secret (SIGNALING_AUTH_SECRET) or a file (-auth-key), not both")
	case s.Secret != "":
		return []byte(s.Secret), nil
	case s.KeyFile == "":
		return nil, fmt.Errorf("auth: mode %s needs a secret: name its file with -auth-key, or set SIGNALING_AUTH_SECRET", s.Mode)
	}
	content, err := os.ReadFile(s.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("auth: the key cannot be read: %w; choose another file with -auth-key", err)
	}
	return content, nil
}

// Verify checks a token; it is empty if the client has sent none. It returns nil
// if the token is valid.
func (v *Verifier) Verify(token string) *Refusal {
	switch {
	case token == "":
		return &Refusal{TokenMissing, "A token is needed: send it as auth.token, as the query's token, or in an Authorization header."}
	case len(token) > maxToken:
		return &Refusal{TokenInvalid, fmt.Sprintf("The token is longer than the %d bytes that one may have.", maxToken)}
	}
	return v.check(token)
}
