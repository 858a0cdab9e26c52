package engine

import (
	"net/http"
	"sync"
)

// poll is a GET that waits for packets. It is answered once.
type poll struct {
	t    *polling
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

// The methods of answerer.

func (p *poll) answer(packets []*Packet) {
	defer p.over.Done()
	p.t.writePackets(p.w, p.r, packets)
	p.w.send()
}

// abandoned ends the session whose client has left its poll. It reports false
// if the poll was taken before.
func (p *poll) abandoned() bool {
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
		t.writePackets(w, r, []*Packet{noopPacket, closePacket})
	default:
		t.holdLocked(w, r)
		s.mu.Unlock()
		w.wait()
	}
}

// holdLocked keeps the GET until there is something to answer it with.
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
