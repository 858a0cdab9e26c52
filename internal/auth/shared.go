package auth

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// minShared is the least length of a shared token, in bytes: what is shorter
// can be guessed over the network.
const minShared = 16

// newShared returns a verifier of shared tokens, one a line: several, so that a
// new one can be handed out before the old one goes.
func newShared(secret []byte) (*Verifier, error) {
	// Sums have one length, and so comparing them takes one time.
	var sums [][sha256.Size]byte
	for line := range bytes.Lines(secret) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		if len(line) < minShared {
			return nil, fmt.Errorf("auth: a shared token needs at least %d characters: make one with \"openssl rand -hex 16\"", minShared)
		}
		sums = append(sums, sha256.Sum256(line))
	}
	if len(sums) == 0 {
		return nil, fmt.Errorf("auth: there is no token in the secret: make one with \"openssl rand -hex 16\"")
	}
	return &Verifier{check: func(token string) *Refusal {
		sum, same := sha256.Sum256([]byte(token)), 0
		for i := range sums {
			same |= subtle.ConstantTimeCompare(sum[:], sums[i][:])
		}
		if same == 0 {
			return &Refusal{TokenInvalid, "The token is not the one that is asked for here."}
		}
		return nil
	}}, nil
}
