// Package ice tells pages which STUN and TURN servers to use.
package ice

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Path is where pages ask.
const Path = "/ice.json"

// Servers are the servers to use; the zero Servers are none.
type Servers struct {
	STUN []string // URLs
	TURN []string // URLs

	// Secret is shared with the TURN servers. It never leaves the server: clients
	// get credentials made with it, which hold for TTL.
	Secret string
	TTL    time.Duration
}

// server is an RTCIceServer of the WebRTC specification.
type server struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// ServeHTTP answers with {iceServers: […]}, the start of an RTCConfiguration,
// with fresh credentials each time.
func (s Servers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
		return
	}
	body, err := json.Marshal(map[string]any{"iceServers": s.list(time.Now(), rand.Text())})
	if err != nil {
		panic("ice: strings are no JSON: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) // fails when the client is gone
}

// list returns the servers, with credentials for a user who is told apart from
// others by nonce.
func (s Servers) list(now time.Time, nonce string) []server {
	all := []server{} // in JSON an empty list, not null
	if len(s.STUN) > 0 {
		all = append(all, server{URLs: s.STUN})
	}
	if len(s.TURN) > 0 {
		user := fmt.Sprintf("%d:%s", now.Add(s.TTL).Unix(), nonce)
		all = append(all, server{URLs: s.TURN, Username: user, Credential: credential(s.Secret, user)})
	}
	return all
}

// credential is the password of a time-limited user as TURN servers check it
// that share the secret ("A REST API For Access To TURN Services", section 2.2;
// coturn's use-auth-secret).
func credential(secret, username string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
