package server

import (
	"io"
	"net/http"
	"sync/atomic"
)

// Health answers health checks: /healthz, whether the process answers at all, and
// /readyz, whether it takes new clients. The zero Health is ready. It is safe for
// concurrent use.
type Health struct{ notReady atomic.Bool }

// SetNotReady makes /readyz answer that the server takes no new clients any more.
func (h *Health) SetNotReady() { h.notReady.Store(true) }

// Routes returns a handler that answers the health checks and passes all other
// requests to next.
func (h *Health) Routes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			answerHealth(w, http.StatusOK, "live\n")
		case "/readyz":
			if h.notReady.Load() {
				answerHealth(w, http.StatusServiceUnavailable, "leaving\n")
			} else {
				answerHealth(w, http.StatusOK, "ready\n")
			}
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func answerHealth(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, text)
}
