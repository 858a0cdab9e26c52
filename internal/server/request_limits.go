package server

import (
	"net/http"
	"time"

	"signaling/internal/limit"
)

// HTTPLimits limits what connections and requests may hold; sessions have limits
// of their own. Every field but MaxIdleConns must be set.
type HTTPLimits struct {
	Timeouts       limit.Timeouts
	MaxHeaderBytes int
	MaxIdleConns   int // connections that wait for a request; 0 for no limit
}

// DefaultHTTPLimits returns the limits for a program without settings of its own.
// They end connections that are idle, stalled or very slow.
func DefaultHTTPLimits() HTTPLimits {
	return HTTPLimits{
		Timeouts: limit.Timeouts{
			Header: 20 * time.Second,
			Body:   5 * time.Minute,
			Write:  20 * time.Second,
			Idle:   time.Minute,
		},
		MaxHeaderBytes: 16 << 10, // Node's
	}
}

// limitRequests limits the time in which the body of each request must arrive,
// and in which the client must take some of the response. It does not limit how
// long h takes, nor connections that become WebSockets.
func (l HTTPLimits) limitRequests(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.ContentLength != 0 {
			// Even if h does not read it: net/http does before the next request.
			control.SetReadDeadline(time.Now().Add(l.Timeouts.Body))
		}
		h.ServeHTTP(&deadlineWriter{w, control, l.Timeouts.Write}, r)
	})
}

// deadlineWriter sets a new deadline for each part of a response: a client may
// be slow as long as it takes something.
type deadlineWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

// partSize is how much of a response is written under one deadline.
const partSize = 32 << 10

func (w *deadlineWriter) Write(p []byte) (n int, err error) {
	for {
		w.control.SetWriteDeadline(time.Now().Add(w.timeout))
		wrote, err := w.ResponseWriter.Write(p[:min(len(p), partSize)])
		n += wrote
		p = p[wrote:]
		if err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// WriteHeader sets a deadline for responses without a body, too.
func (w *deadlineWriter) WriteHeader(status int) {
	w.control.SetWriteDeadline(time.Now().Add(w.timeout))
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap returns the response below, for http.ResponseController.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
