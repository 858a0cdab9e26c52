package engine

import (
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"signaling/internal/packet"
)

// post is a POST whose body is being read.
type post struct {
	w        responder
	r        *http.Request
	isBinary bool
	aborted  bool // guarded by the session's mu
}

// errClosePacket is the cause with which a session is aborted when its client has
// sent a close packet.
var errClosePacket = errors.New("the client has sent a close packet")

// servePost handles the packets in the body of a POST, then answers "ok".
func (t *polling) servePost(w responder, r *http.Request) {
	s, isBinary := t.s, r.Header.Get("Content-Type") == "application/octet-stream"
	reading := &post{w: w, r: r, isBinary: isBinary}
	s.mu.Lock()
	late := t.lateLocked()
	wrong := t.post != nil || isBinary && s.revision == packet.Revision4
	if late == nil && !wrong {
		t.post = reading
	}
	s.mu.Unlock()
	switch {
	case late != nil:
		s.srv.refuse(w, r, *late)
	case wrong:
		s.Abort(TransportError) // two posts at once, or a body this revision has not
		w.WriteHeader(http.StatusBadRequest)
	default:
		w.readBody(s.srv.opts.MaxPayload, func(body []byte, err error) { t.answerPost(reading, body, err) })
	}
}

// answerPost handles the body of a POST, or the error of reading it, and
// answers.
func (t *polling) answerPost(p *post, body []byte, err error) {
	s := t.s
	s.mu.Lock()
	aborted := p.aborted
	t.post = nil
	s.mu.Unlock()
	switch {
	case errors.Is(err, errBodyTooLarge):
		p.w.refuseBody()
		return
	case aborted || err != nil:
		s.Abort(TransportError)
		panic(http.ErrAbortHandler) // closes the connection, as Node does
	}
	t.receiveBody(p.w, body, p.isBinary)
	t.awaitFinalPoll(p.w)
	t.setHeaders(p.w, p.r, "text/html") // text/plain makes some browsers offer a download
	p.w.Header()["Content-Length"] = []string{"2"}
	io.WriteString(p.w, "ok")
}

// awaitFinalPoll returns when the answer to the session's final poll, if there is
// one, has been sent. If the client got the answer to its POST first, it could
// make another POST, which would be refused, and report that as the reason of the
// end.
func (t *polling) awaitFinalPoll(w responder) {
	t.s.mu.Lock()
	final := t.final
	t.s.mu.Unlock()
	if final != nil {
		w.handOver()
		final.over.Wait()
	}
}

// receiveBody handles every packet of a POST's body.
func (t *polling) receiveBody(w responder, body []byte, isBinary bool) {
	s := t.s
	if s.isJSONP {
		var ok bool
		if body, ok = packet.ParseForm(body); !ok {
			return
		}
	}
	if !isBinary && !utf8.Valid(body) {
		body = packet.MendUTF8(body)
	}
	b := Batch{loop: w.loop()}
	s.beginReceiving(&b)
	ok := packet.ParsePayload(body, s.revision, isBinary, func(p packet.Incoming) bool {
		if p.Type == packet.Close {
			s.abort(TransportClose, errClosePacket)
			return false
		}
		return s.receive(&b, p)
	})
	if !ok {
		s.Abort(ParseError)
	}
	s.endReceiving(&b)
}
