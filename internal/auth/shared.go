package auth

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// minShared is the least length of a shared token, in bytes: shorter ones can be
// guessed over the network.
const minShared = 16

// newShared returns a verifier of shared tokens. The secret has one per line:
// there may be several, so that clients can change to a new one before the old
// one is removed.
func newShared(secret []byte) (*Verifier, error) {
	// Sums are equally long, so that comparing them takes the same time for any token.
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
		return nil, fmt.Errorf("auth: the secret holds no token: make one with \"openssl rand -hex 16\"")
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
