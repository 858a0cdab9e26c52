package engine

import (
	"net/http"
	"sync"

	"signaling/internal/packet"
)

// poll is a GET that waits for packets. It is answered once.
type poll struct {
	t    *polling
	w    responder
	r    *http.Request
	over sync.WaitGroup // done when the answer has been sent, or the client is gone
}

// largeAnswer is from how many bytes on it takes long to put an answer together,
// and maybe compress it.
const largeAnswer = 64 << 10

// resume has the poll, unless it is nil, answered with packets. The caller has
// taken it from its session and does not hold mu.
func (p *poll) resume(packets ...*packet.Packet) {
	if p == nil {
		return
	}
	size := 0
	for _, packet := range packets {
		size += packet.Size()
	}
	p.w.resume(p, packets, size > largeAnswer)
}

// The methods of answerer.

func (p *poll) answer(packets []*packet.Packet) {
	defer p.over.Done()
	p.t.writePackets(p.w, p.r, packets)
	p.w.send()
}

// clientGone ends the session, unless the poll was taken from it before.
func (p *poll) clientGone() bool {
	s := p.t.s
	s.mu.Lock()
	gone := p.t.held == p
	if gone {
		p.t.held = nil
	}
	s.mu.Unlock()
	if gone {
		s.Abort(TransportError)
		p.over.Done()
	}
	return gone
}

// serve handles a request of a session that was polling when the request was
// checked.
func (t *polling) serve(w responder, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		t.serveGet(w, r)
	case http.MethodPost:
		t.servePost(w, r)
	default:
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// serveGet answers a GET with what is queued, or holds it until there is
// something.
func (t *polling) serveGet(w responder, r *http.Request) {
	s := t.s
	s.mu.Lock()
	if late := t.lateLocked(); late != nil {
		s.mu.Unlock()
		s.srv.refuse(w, r, *late)
		return
	}
	switch {
	case t.held != nil:
		s.mu.Unlock()
		s.Abort(TransportError) // two polls at once
		w.WriteHeader(http.StatusBadRequest)
	case !s.queue.empty():
		large := s.queue.bytes > largeAnswer
		packets := s.queue.takeAll()
		s.mu.Unlock()
		if large {
			w.handOver()
		}
		t.writePackets(w, r, packets)
	case s.state == stateClosing:
		closed := s.becomeClosedLocked(s.closeReason)
		s.mu.Unlock()
		closed()
		t.writePackets(w, r, []*packet.Packet{noopPacket, closePacket})
	default:
		t.holdLocked(w, r)
		s.mu.Unlock()
		w.wait()
	}
}

// holdLocked makes the GET the poll that waits for packets.
func (t *polling) holdLocked(w responder, r *http.Request) {
	t.held = &poll{t: t, w: w, r: r}
	t.held.over.Add(1)
	w.hold(t.held)
}

// lateLocked returns the refusal of a request whose session has ended, or moved
// to another transport, since the request was checked; nil if neither is so.
func (t *polling) lateLocked() *refusal {
	switch {
	case t.s.state == stateClosed:
		return &refusal{code: UnknownSession}
	case t.s.transport != transport(t):
		return &refusal{code: BadRequest}
	default:
		return nil
	}
}
