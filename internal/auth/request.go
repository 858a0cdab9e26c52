package auth

import (
	"encoding/json"
	"net/http"
	"strings"
)

// TokenOf returns the token that a client has sent, or "" if it has sent none. It
// looks in the auth object of the client's CONNECT packet, then in the query of
// the request that opened its session, then in that request's Authorization
// header. It reports false if auth.token is not a string; then it looks no
// further.
func TokenOf(auth map[string]any, r *http.Request) (token string, ok bool) {
	if given, sent := auth["token"]; sent && given != nil {
		token, ok = given.(string)
		return token, ok
	}
	if all := r.URL.Query()["token"]; len(all) > 0 && all[len(all)-1] != "" {
		return all[len(all)-1], true // the last one counts, as for other parameters of the query
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", true
	}
	return strings.TrimSpace(token), true
}

// Check verifies the token that a client has sent, see TokenOf. It returns nil if
// the token is valid.
func (v *Verifier) Check(auth map[string]any, r *http.Request) *Refusal {
	token, ok := TokenOf(auth, r)
	if !ok {
		return &Refusal{TokenInvalid, "auth.token must be a string."}
	}
	return v.Verify(token)
}

// Protect returns a handler that passes requests with a valid token, in their
// query or Authorization header, to h, and answers others 401 with {code,
// message}.
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
		json.NewEncoder(w).Encode(refusal) // fails if the client has gone
	})
}
