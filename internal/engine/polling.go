package engine

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// poll is a GET that waits for packets. It is answered once.
type poll struct {
	packets chan []*Packet
	last    bool           // the answer is the session's end
	over    sync.WaitGroup // until the answer is on its way, or the client is gone
}

func (p *poll) answer(packets ...*Packet) { p.packets <- packets }

// post is a POST whose body is being read.
type post struct {
	control *http.ResponseController
	aborted bool
}

// abort makes the pending read fail. The session's mu is held.
func (p *post) abort() {
	p.aborted = true
	p.control.SetReadDeadline(time.Unix(1, 0))
}

// servePolling handles a request of an open polling session.
func (s *Session) servePolling(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		s.servePoll(w, r)
	case http.MethodPost:
		s.servePost(w, r)
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// answerPollLocked gives the queue to the held GET, if there are both.
func (s *Session) answerPollLocked() {
	if s.poll != nil && !s.queue.empty() {
		s.poll.answer(s.queue.takeAll()...)
		s.poll = nil
	}
}

// servePoll answers a GET with what is queued, or holds it until there is something.
func (s *Session) servePoll(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	switch {
	case s.state == stateClosed || s.ws != nil:
		s.lateLocked(w, r)
	case s.poll != nil:
		s.mu.Unlock()
		s.abandon(TransportError) // two polls at once
		w.WriteHeader(http.StatusBadRequest)
	case !s.queue.empty():
		packets := s.queue.takeAll()
		s.mu.Unlock()
		s.writePoll(w, r, packets)
	case s.state == stateClosing:
		s.finishLocked(s.parting)
		s.writePoll(w, r, []*Packet{noopPacket, closePacket})
	default:
		held := &poll{packets: make(chan []*Packet, 1)}
		held.over.Add(1)
		s.poll = held
		s.mu.Unlock()
		s.hold(w, r, held)
	}
}

// lateLocked refuses a request of a session that has ended, or moved to
// WebSocket, since the request was checked. The caller holds mu; it unlocks.
func (s *Session) lateLocked(w http.ResponseWriter, r *http.Request) {
	f := refusal{code: BadRequest}
	if s.state == stateClosed {
		f.code = UnknownSession
	}
	s.mu.Unlock()
	s.srv.refuse(w, r, f)
}

// hold waits for packets to answer the GET with, or for its client to go away.
func (s *Session) hold(w http.ResponseWriter, r *http.Request, held *poll) {
	defer held.over.Done()
	select {
	case packets := <-held.packets:
		s.writePoll(w, r, packets)
		if held.last {
			http.NewResponseController(w).Flush() // see awaitFarewell
		}
		return
	case <-r.Context().Done():
	}
	s.mu.Lock()
	gone := s.poll == held
	if gone {
		s.poll = nil
	}
	s.mu.Unlock()
	if gone {
		s.abandon(TransportError)
	}
}

var payloadBuffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooledPayload is the largest buffer worth keeping.
const maxPooledPayload = 64 << 10

// writePoll writes packets as the response to a GET.
func (s *Session) writePoll(w http.ResponseWriter, r *http.Request, packets []*Packet) {
	pooled := payloadBuffers.Get().(*[]byte)
	payload, isBinary := appendPayload((*pooled)[:0], packets, s.revision, s.textOnly)
	if s.isJSONP {
		payload = appendScript(nil, s.jsonp, payload)
	}
	contentType := "text/plain; charset=UTF-8"
	if isBinary {
		contentType = "application/octet-stream"
	}
	s.setHeaders(w, r, contentType)
	body := payload
	if compressible(packets) && s.srv.opts.CompressAbove > 0 && len(payload) >= s.srv.opts.CompressAbove {
		body = compress(w.Header(), r, payload)
	}
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	if _, err := w.Write(body); errors.Is(err, os.ErrDeadlineExceeded) {
		s.abandon(SlowConsumer)
	}
	if cap(payload) <= maxPooledPayload {
		*pooled = payload
		payloadBuffers.Put(pooled)
	}
}

func compressible(packets []*Packet) bool {
	for _, p := range packets {
		if !p.plain && (p.binary || PacketType(p.text()[0]) == Message) {
			return true
		}
	}
	return false
}

// setHeaders sets what every polling response carries.
func (s *Session) setHeaders(w http.ResponseWriter, r *http.Request, contentType string) {
	h := w.Header()
	h["Content-Type"] = []string{contentType}
	h["Cache-Control"] = []string{"no-store"}
	if ua := r.UserAgent(); strings.Contains(ua, ";MSIE") || strings.Contains(ua, "Trident/") {
		h["X-Xss-Protection"] = []string{"0"} // Internet Explorer's filter takes payloads for scripts
	}
	if s.srv.opts.Headers != nil {
		s.srv.opts.Headers(h, r, parseQuery(r.URL.RawQuery).sid == "")
	}
}

// servePost handles the packets in the body of a POST, then answers "ok".
func (s *Session) servePost(w http.ResponseWriter, r *http.Request) {
	isBinary := r.Header.Get("Content-Type") == "application/octet-stream"
	reading := &post{control: http.NewResponseController(w)}
	s.mu.Lock()
	switch {
	case s.state == stateClosed || s.ws != nil:
		s.lateLocked(w, r)
		return
	case s.post != nil || isBinary && s.revision == Revision4:
		s.mu.Unlock()
		s.abandon(TransportError) // two posts at once, or a body this revision has not
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.post = reading
	s.mu.Unlock()

	body, err := readBody(r, s.srv.opts.MaxPayload)
	s.mu.Lock()
	aborted := reading.aborted
	s.post = nil
	s.mu.Unlock()
	switch {
	case errors.Is(err, errTooLarge):
		refuseBody(w, r, reading.control)
		return
	case aborted || err != nil:
		s.abandon(TransportError)
		panic(http.ErrAbortHandler) // drops the connection, as Node does
	}
	defer bodyBuffers.Put(body)
	s.receiveBody(body.Bytes(), isBinary)
	s.awaitFarewell()
	s.setHeaders(w, r, "text/html") // text/plain makes some browsers offer a download
	w.Header()["Content-Length"] = []string{"2"}
	io.WriteString(w, "ok")
}

// awaitFarewell returns when the client of a session that has ended could have
// been told so by its poll. Told first that its POST is done, it would make the
// next, and take the refusal of that for the reason.
func (s *Session) awaitFarewell() {
	s.mu.Lock()
	farewell := s.farewell
	s.mu.Unlock()
	if farewell != nil {
		farewell.over.Wait()
	}
}

var bodyBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readBody reads the request's body into a pooled buffer. A body longer than
// limit is errTooLarge, found without reading all of it.
func readBody(r *http.Request, limit int) (*bytes.Buffer, error) {
	if r.ContentLength > int64(limit) {
		return nil, errTooLarge
	}
	buf := bodyBuffers.Get().(*bytes.Buffer)
	buf.Reset()
	if _, err := buf.ReadFrom(io.LimitReader(r.Body, int64(limit)+1)); err != nil {
		return nil, err
	}
	if buf.Len() > limit {
		return nil, errTooLarge
	}
	return buf, nil
}

// Bounds on what is read of a refused body, so that a client which sends all
// of it before it looks for an answer meets the answer and not a reset.
const (
	drainBytes = 16 << 20
	drainTime  = 5 * time.Second
)

// refuseBody answers a POST whose body is too large.
func refuseBody(w http.ResponseWriter, r *http.Request, control *http.ResponseController) {
	control.EnableFullDuplex() // else net/http would close the connection
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	control.Flush()
	control.SetReadDeadline(time.Now().Add(drainTime))
	io.CopyN(io.Discard, r.Body, drainBytes)
	control.SetReadDeadline(time.Time{})
}

// receiveBody handles every packet of a POST's body.
func (s *Session) receiveBody(body []byte, isBinary bool) {
	if s.isJSONP {
		var ok bool
		if body, ok = parseForm(body); !ok {
			return
		}
	}
	if !isBinary && !utf8.Valid(body) {
		body = mendUTF8(body)
	}
	var b Batch
	s.receiving.Lock()
	ok := parsePayload(body, s.revision, isBinary, func(p packet) bool {
		if p.kind == Close {
			s.end(TransportClose, noopPacket, closeFrame(codeNone))
			return false
		}
		return s.receive(&b, p)
	})
	if !ok {
		s.abandon(ParseError)
	}
	s.endReceiving(&b)
}
