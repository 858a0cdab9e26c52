package app

import (
	"errors"

	"signaling/internal/auth"
	"signaling/internal/bridge"
	"signaling/internal/config"
)

// errUnusedKey is the error for a key without -auth: it would protect nothing, as
// the server would admit every client.
var errUnusedKey = errors.New("a key for tokens is set, but clients are not asked for one: add -auth token or -auth jwt")

// newVerifier returns the verifier of clients' tokens, nil if they need none. It
// reads the key file.
func newVerifier(c config.Config) (*auth.Verifier, error) {
	if auth.Mode(c.Auth) == auth.None {
		if c.AuthKey != "" || c.AuthSecret != "" {
			return nil, config.Unusable(errUnusedKey)
		}
		return nil, nil
	}
	v, err := auth.New(auth.Settings{
		Mode:     auth.Mode(c.Auth),
		Secret:   c.AuthSecret,
		KeyFile:  c.AuthKey,
		Audience: c.AuthAudience,
		Leeway:   c.AuthLeeway,
	})
	if err != nil {
		return nil, config.Unusable(err)
	}
	return v, nil
}

// admitWith returns an admission that refuses clients whose token v refuses.
func admitWith(v *auth.Verifier) bridge.Admission {
	return func(a bridge.Applicant) *bridge.Refusal {
		if refusal := v.Check(a.Auth, a.Request); refusal != nil {
			return &bridge.Refusal{Code: string(refusal.Code), Message: refusal.Message}
		}
		return nil
	}
}
