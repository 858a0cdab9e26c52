// Package server puts the parts together: it routes HTTP requests to the
// engine, the browser bundle and the files, listens, and ends in order.
package server

import (
	"net/http"
	"time"

	"signaling/internal/bridge"
	"signaling/internal/http1"
	"signaling/internal/ice"
	"signaling/internal/web"
)

// Routes returns the handler of every request: below the bridge's path the
// browser bundle and the engine, at ice.Path the servers for ICE, anywhere else
// the files. Every upgrade below the bridge's path is the engine's.
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
		case http1.IsUpgrade(r):
			dropUpgrade(w)
		default:
			files.ServeHTTP(w, r)
		}
	})
}

// dropUpgradeAfter is how long Node's engine.io leaves an upgrade alone that
// is not meant for it, in case somebody else takes it.
const dropUpgradeAfter = time.Second

// dropUpgrade closes a connection that asks for an upgrade nobody handles.
func dropUpgrade(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "there is nothing to upgrade to at this path", http.StatusBadRequest)
		return
	}
	time.AfterFunc(dropUpgradeAfter, func() { conn.Close() })
}
