package auth

import (
	"encoding/json"
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

// Protect lets those requests reach h that bring a good token, in their query or
// their header. The others are answered 401 with {code, message}.
func (v *Verifier) Protect(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refusal := v.Check(nil, r)
		if refusal == nil {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.WriteHeader(http.StatusUnauthorized)
		json.NewEncoder(w).Encode(refusal) // fails when the client is gone
	})
}
