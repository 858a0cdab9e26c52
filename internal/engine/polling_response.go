package engine

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"

	"signaling/internal/packet"
)

var payloadBuffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooledPayload is up to how many bytes a buffer is kept.
const maxPooledPayload = 64 << 10

// writePackets writes packets as the response to a GET.
func (t *polling) writePackets(w responder, r *http.Request, packets []*packet.Packet) {
	s := t.s
	pooled := payloadBuffers.Get().(*[]byte)
	payload, isBinary := packet.AppendPayload((*pooled)[:0], packets, s.revision, s.textOnly)
	if s.isJSONP {
		payload = packet.AppendScript(nil, s.jsonp, payload)
	}
	contentType := "text/plain; charset=UTF-8"
	if isBinary {
		contentType = "application/octet-stream"
	}
	t.setHeaders(w, r, contentType)
	body := payload
	if compressible(packets) && s.srv.opts.CompressAbove > 0 && len(payload) >= s.srv.opts.CompressAbove {
		body = compress(w.Header(), r, payload)
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.deliver(body, t.writeFailed)
	if cap(payload) <= maxPooledPayload {
		*pooled = payload
		payloadBuffers.Put(pooled)
	}
}

// writeFailed ends the session if its client has not read the answer to its poll.
// A client that has gone away may still poll again.
func (t *polling) writeFailed(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.s.Abort(SlowConsumer)
	}
}

// compressible reports whether one of the packets is a message that may be
// compressed.
func compressible(packets []*packet.Packet) bool {
	for _, p := range packets {
		if p.Compressible() {
			return true
		}
	}
	return false
}

// setHeaders sets the headers of a polling response.
func (t *polling) setHeaders(w responder, r *http.Request, contentType string) {
	h := w.Header()
	h["Content-Type"] = []string{contentType}
	h["Cache-Control"] = []string{"no-store"}
	if ua := r.UserAgent(); strings.Contains(ua, ";MSIE") || strings.Contains(ua, "Trident/") {
		h["X-Xss-Protection"] = []string{"0"} // Internet Explorer's filter takes payloads for scripts
	}
	if headers := t.s.srv.opts.Headers; headers != nil {
		headers(h, r, parseQuery(r.URL.RawQuery).sid == "")
	}
}
