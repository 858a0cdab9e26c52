package auth

import (
	"net/http"
	"strings"
)

// TokenOf returns the token that a client has sent, empty for none: from the
// auth object of its CONNECT, else from the query of the request that opened
// its session, else from that request's Authorization header. An auth.token that
// is no string is no token of ours, and is not made up for by another.
func TokenOf(auth map[string]any, r *http.Request) (token string, ok bool) {
	if given, sent := auth["token"]; sent && given != nil {
		token, ok = given.(string)
		return token, ok
	}
	if all := r.URL.Query()["token"]; len(all) > 0 && all[len(all)-1] != "" {
		return all[len(all)-1], true // of several the last counts, as in all of the query
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", true
	}
	return strings.TrimSpace(token), true
}

// Check decides on a client by what it has sent.
func (v *Verifier) Check(auth map[string]any, r *http.Request) *Refusal {
	token, ok := TokenOf(auth, r)
	if !ok {
		return &Refusal{TokenInvalid, "auth.token must be a string."}
	}
	return v.Verify(token)
}
