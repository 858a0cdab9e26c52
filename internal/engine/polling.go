package engine

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// poll is a GET that waits for packets. It is answered once.
type poll struct {
	s    *Session
	w    responder
	r    *http.Request
	over sync.WaitGroup // until the answer is on its way, or the client is gone
}

// largeAnswer is from how many bytes on an answer is put together, and maybe
// compressed, where nobody waits for it.
const largeAnswer = 64 << 10

// resume answers a poll that was taken from its session, unless it is nil. It
// does not wait for the client.
func (p *poll) resume(packets ...*Packet) {
	if p == nil {
		return
	}
	size := 0
	for _, packet := range packets {
		size += packet.Size()
	}
	p.w.resume(p, packets, size > largeAnswer)
}

func (p *poll) answer(packets []*Packet) {
	defer p.over.Done()
	p.s.writePoll(p.w, p.r, packets)
	p.w.send()
}

// abandoned ends the session whose client has left its poll. It reports false
// if somebody is about to answer that.
func (p *poll) abandoned() bool {
	p.s.mu.Lock()
	gone := p.s.poll == p
	if gone {
		p.s.poll = nil
	}
	p.s.mu.Unlock()
	if gone {
		p.s.abandon(TransportError)
		p.over.Done()
	}
	return gone
}

// post is a POST whose body is being read.
type post struct {
	w        responder
	r        *http.Request
	isBinary bool
	aborted  bool // guarded by the session's mu
}

// servePolling handles a request of an open polling session.
func (s *Session) servePolling(w responder, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		s.servePoll(w, r)
	case http.MethodPost:
		s.servePost(w, r)
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// takePollLocked returns the held GET, if any, for the caller to answer when it
// does not hold mu.
func (s *Session) takePollLocked() *poll {
	held := s.poll
	s.poll = nil
	return held
}

// servePoll answers a GET with what is queued, or holds it until there is something.
func (s *Session) servePoll(w responder, r *http.Request) {
	s.mu.Lock()
	switch {
	case s.state == stateClosed || s.ws != nil:
		s.lateLocked(w, r)
	case s.poll != nil:
		s.mu.Unlock()
		s.abandon(TransportError) // two polls at once
		w.WriteHeader(http.StatusBadRequest)
	case !s.queue.empty():
		large := s.queue.bytes > largeAnswer
		packets := s.queue.takeAll()
		s.mu.Unlock()
		if large {
			w.handOver()
		}
		s.writePoll(w, r, packets)
	case s.state == stateClosing:
		s.finishLocked(s.parting)
		s.writePoll(w, r, []*Packet{noopPacket, closePacket})
	default:
		s.holdLocked(w, r)
	}
}

// holdLocked keeps the GET until there is something to answer it with. The
// caller holds mu; it unlocks.
func (s *Session) holdLocked(w responder, r *http.Request) {
	held := &poll{s: s, w: w, r: r}
	held.over.Add(1)
	s.poll = held
	w.hold(held)
	s.mu.Unlock()
	w.wait()
}

// lateLocked refuses a request of a session that has ended, or moved to
// WebSocket, since the request was checked. The caller holds mu; it unlocks.
func (s *Session) lateLocked(w responder, r *http.Request) {
	f := refusal{code: BadRequest}
	if s.state == stateClosed {
		f.code = UnknownSession
	}
	s.mu.Unlock()
	s.srv.refuse(w, r, f)
}

var payloadBuffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooledPayload is the largest buffer worth keeping.
const maxPooledPayload = 64 << 10

// writePoll writes packets as the response to a GET.
func (s *Session) writePoll(w responder, r *http.Request, packets []*Packet) {
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
	w.deliver(body, s.notTaken)
	if cap(payload) <= maxPooledPayload {
		*pooled = payload
		payloadBuffers.Put(pooled)
	}
}

// notTaken ends the session whose client has not read its poll.
func (s *Session) notTaken(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.abandon(SlowConsumer)
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
func (s *Session) setHeaders(w responder, r *http.Request, contentType string) {
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
func (s *Session) servePost(w responder, r *http.Request) {
	isBinary := r.Header.Get("Content-Type") == "application/octet-stream"
	reading := &post{w: w, r: r, isBinary: isBinary}
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

	w.readBody(s.srv.opts.MaxPayload, func(body []byte, err error) { s.endPost(reading, body, err) })
}

// endPost handles the body of a POST, or the error of reading it, and answers.
func (s *Session) endPost(p *post, body []byte, err error) {
	s.mu.Lock()
	aborted := p.aborted
	s.post = nil
	s.mu.Unlock()
	switch {
	case errors.Is(err, errTooLarge):
		p.w.refuseBody()
		return
	case aborted || err != nil:
		s.abandon(TransportError)
		panic(http.ErrAbortHandler) // drops the connection, as Node does
	}
	s.receiveBody(p.w, body, p.isBinary)
	s.awaitFarewell(p.w)
	s.setHeaders(p.w, p.r, "text/html") // text/plain makes some browsers offer a download
	p.w.Header()["Content-Length"] = []string{"2"}
	io.WriteString(p.w, "ok")
}

// awaitFarewell returns when the client of a session that has ended could have
// been told so by its poll. Told first that its POST is done, it would make the
// next, and take the refusal of that for the reason.
func (s *Session) awaitFarewell(w responder) {
	s.mu.Lock()
	farewell := s.farewell
	s.mu.Unlock()
	if farewell != nil {
		w.handOver()
		farewell.over.Wait()
	}
}

// receiveBody handles every packet of a POST's body.
func (s *Session) receiveBody(w responder, body []byte, isBinary bool) {
	if s.isJSONP {
		var ok bool
		if body, ok = parseForm(body); !ok {
			return
		}
	}
	if !isBinary && !utf8.Valid(body) {
		body = mendUTF8(body)
	}
	b := Batch{loop: w.loop()}
	s.beginReceiving(&b)
	ok := parsePayload(body, s.revision, isBinary, func(p packet) bool {
		if p.kind == Close {
			s.end(TransportClose, noopPacket, closeFramePacket)
			return false
		}
		return s.receive(&b, p)
	})
	if !ok {
		s.abandon(ParseError)
	}
	s.endReceiving(&b)
}
