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

// Path is the path at which pages request the list.
const Path = "/ice.json"

// Servers are the STUN and TURN servers to use; the zero value is none. It is
// immutable and safe for concurrent use.
type Servers struct {
	STUN []string // URLs
	TURN []string // URLs

	// Secret is shared with the TURN servers. It is never sent to clients: they
	// get credentials made with it, which are valid for TTL.
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
		panic("ice: marshal strings: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body) // fails if the client has gone
}

// list returns the servers. The credentials are for a user whose name ends in
// nonce, which makes it unique.
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

// credential returns the password of a user whose name has an expiry in it, as
// TURN servers that share the secret compute it ("A REST API For Access To TURN
// Services", section 2.2; coturn's use-auth-secret).
func credential(secret, username string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
