package server

import (
	"net/http"
	"time"

	"signaling/internal/limit"
)

// Bounds are on what a client can hold that has no session, and on each of its
// requests. Every field but MaxIdle must be set.
type Bounds struct {
	HeaderTime  time.Duration // for a request's header to come in
	HeaderBytes int
	BodyTime    time.Duration // for its body to come in
	WriteTime   time.Duration // for the client to take anything of the response
	IdleTime    time.Duration // between two requests
	MaxIdle     int           // connections that wait for a request; 0: as many as come
	Counts      *limit.Counts
}

// DefaultBounds returns bounds that no client meets that means to be served.
func DefaultBounds(counts *limit.Counts) Bounds {
	return Bounds{
		HeaderTime:  20 * time.Second,
		HeaderBytes: 16 << 10, // Node's
		BodyTime:    5 * time.Minute,
		WriteTime:   20 * time.Second,
		IdleTime:    time.Minute,
		Counts:      counts,
	}
}

// limitRequest bounds the time that each request's body takes to come in, and
// that the client takes to read the response. Requests that are held, and
// connections that become WebSockets, are no matter of its.
func (b Bounds) limitRequest(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.ContentLength != 0 {
			// Even a body that nobody wants: net/http reads it before the next request.
			control.SetReadDeadline(time.Now().Add(b.BodyTime))
		}
		h.ServeHTTP(&patientWriter{w, control, b.WriteTime}, r)
	})
}

// patientWriter is a response whose client may take its time but must go on.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	time    time.Duration
}

// writeSize is how much of a response is written at once: each is progress.
const writeSize = 32 << 10

func (w *patientWriter) Write(p []byte) (n int, err error) {
	for {
		w.control.SetWriteDeadline(time.Now().Add(w.time))
		wrote, err := w.ResponseWriter.Write(p[:min(len(p), writeSize)])
		n += wrote
		p = p[wrote:]
		if err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// WriteHeader bounds a response that has no body, too.
func (w *patientWriter) WriteHeader(status int) {
	w.control.SetWriteDeadline(time.Now().Add(w.time))
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a http.ResponseController find what is below.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
