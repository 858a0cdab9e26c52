package app

import (
	"errors"

	"signaling/internal/auth"
	"signaling/internal/bridge"
	"signaling/internal/config"
)

// errUnusedKey reports a key without the mode that would use it: the server
// would let everybody in whom the key was to keep out.
var errUnusedKey = errors.New("there is a key for tokens but nobody is asked for one: add -auth token or -auth jwt")

// newVerifier returns what checks the tokens of clients, nil if they need none. It
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
