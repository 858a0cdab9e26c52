package server

import (
	"net/http"
	"strings"
	"time"

	"signaling/internal/bridge"
	"signaling/internal/http1"
	"signaling/internal/ice"
	"signaling/internal/web"
)

// Routes returns the handler of every request. Below the bridge's path that is
// the browser bundle or the engine, at ice.Path servers, and anywhere else files.
// The engine gets every upgrade below the bridge's path; WebSockets elsewhere are
// closed. An offer of another protocol, such as curl's and Java's of HTTP/2, is
// ignored elsewhere: RFC 9110 section 7.8.
func Routes(b *bridge.Bridge, bundle *web.Bundle, servers, files http.Handler) http.Handler {
	script, iceServers := b.CORS(bundle), b.CORS(servers)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case bundle.Match(r) && !http1.IsUpgrade(r):
			script.ServeHTTP(w, r)
		case b.Match(r):
			b.ServeHTTP(w, r)
		case r.URL.Path == ice.Path:
			iceServers.ServeHTTP(w, r)
		case http1.IsUpgrade(r) && strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
			closeUpgrade(w)
		default:
			files.ServeHTTP(w, r)
		}
	})
}

// closeUpgradeAfter is how long Node's engine.io waits before it closes an
// upgrade at another path, in case other code of the program takes it.
const closeUpgradeAfter = time.Second

// closeUpgrade closes the connection of an upgrade that no handler is for.
func closeUpgrade(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "there is nothing to upgrade to at this path", http.StatusBadRequest)
		return
	}
	time.AfterFunc(closeUpgradeAfter, func() { conn.Close() })
}
