package engine

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"signaling/internal/netpoll"
)

// serveWebSocket opens a session on a WebSocket, or starts to move the polling
// session s to it.
func (srv *Server) serveWebSocket(w responder, r *http.Request, q query, s *Session) {
	if s == nil && q.transport == WebSocket {
		srv.handshakeWebSocket(w, r, q)
		return
	}
	ws, answer, err := srv.acceptWebSocket(w, r, q)
	if err != nil {
		return
	}
	probing := q.transport == WebSocket && s.beginProbe(ws) // before the client knows: it may try twice
	switch err := ws.Send(answer); {
	case err != nil:
		if probing {
			s.endProbe()
		}
		ws.CloseNow()
	case probing:
		s.probe(ws)
	default:
		ws.dismiss()
	}
}

// handshakeWebSocket opens a session on a WebSocket, if there is room.
func (srv *Server) handshakeWebSocket(w responder, r *http.Request, q query) {
	s := srv.newSession(w, r, q)
	if s == nil {
		return
	}
	opening := false
	defer func() {
		if !opening { // or a listener has panicked
			s.leave()
		}
	}()
	ws, answer, err := srv.acceptWebSocket(w, r, q)
	if err != nil {
		return
	}
	if f := srv.verifyRevision(q); f != nil {
		ws.Send(append(answer, rawError(f.text())...))
		ws.CloseNow()
		srv.tellRefused(r, *f) // last: a listener may panic, and nobody else would close ws
		return
	}
	opening = true
	s.openWebSocket(ws, answer, w.loop())
}

// openWebSocket opens the session on ws, behind the answer to the opening
// handshake: one write takes both.
func (s *Session) openWebSocket(ws *wsConn, answer []byte, loop *netpoll.Loop) {
	s.ws = ws
	ws.handler = &wsReader{s: s}
	s.queue.push(controlPacket(answer))
	s.queue.push(s.openPacket())
	if !s.start(loop) {
		s.leave()
		ws.Send(answer)
		ws.dismiss()
		return
	}
	s.flush()
	ws.ended = func(err error) { s.endWebSocket(ws, err) }
	ws.Start(ws)
}

// endWebSocket ends the session after reading its WebSocket ended with err.
func (s *Session) endWebSocket(ws *wsConn, err error) {
	var violation *frameError
	if errors.As(err, &violation) {
		s.end(TransportError, closePacket, controlPacket(lastFrame(err)))
	} else {
		s.end(TransportClose, closePacket, controlPacket(lastFrame(err)))
	}
	s.mu.Lock()
	writing := s.writing
	s.mu.Unlock()
	if !writing {
		ws.CloseWrite() // a browser waits for it before it reports the end
	}
	ws.CloseAfterPeer()
}

// wsReader handles what arrives on the WebSocket of a session.
type wsReader struct {
	s *Session
	b Batch
}

var errSessionClosed = errors.New("the session is closed")

func (r *wsReader) begin(loop *netpoll.Loop) {
	r.b.loop = loop
	r.s.beginReceiving(&r.b)
}

func (r *wsReader) end() {
	r.s.endReceiving(&r.b)
	r.b.loop = nil
}

func (r *wsReader) message(data []byte, binary bool) error {
	var p packet
	var ok bool
	if binary {
		p, ok = parseBinary(data, r.s.revision)
	} else {
		p, ok = parsePacket(data, r.s.revision)
	}
	if !ok {
		r.s.abandon(ParseError)
		return errSessionClosed
	}
	if !r.s.receive(&r.b, p) {
		return errSessionClosed
	}
	return nil
}

// control sends a control frame between the packets of the session.
func (r *wsReader) control(answer []byte) error {
	if !r.s.mayControl() {
		return errSessionClosed
	}
	if answer != nil {
		r.b.Send(r.s, controlPacket(answer))
	}
	return nil
}

// noopInterval is how often an upgrade releases a held poll, so that the
// client, which waits for its poll to end, can go on.
const noopInterval = 100 * time.Millisecond

// prober handles a WebSocket that a polling session may move to: it answers
// the probe, and at the upgrade packet hands the connection to the session.
type prober struct {
	s       *Session
	ws      *wsConn
	timeout *time.Timer
	loop    *netpoll.Loop // who runs the reader
	broken  bool          // the connection takes no more

	mu sync.Mutex
	// guarded by mu
	release *time.Timer // of the poll that is held; nil: not probed yet
	over    bool        // the attempt
}

var errProbe = errors.New("not the packet that an upgrade goes on with")

// beginProbe makes ws the session's upgrade attempt, unless there is one or it
// needs none.
func (s *Session) beginProbe(ws *wsConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == stateClosed || s.upgrading || s.ws != nil {
		return false
	}
	s.upgrading, s.probing = true, ws
	return true
}

// endProbe notes that the attempt has failed.
func (s *Session) endProbe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.upgrading, s.probing = false, nil
}

// probe runs an attempt that was begun, and the session's WebSocket once it
// succeeds. A failed attempt closes only ws: the session stays on polling.
func (s *Session) probe(ws *wsConn) {
	p := &prober{s: s, ws: ws}
	p.timeout = time.AfterFunc(s.srv.opts.UpgradeTimeout, ws.Stop)
	ws.handler = p
	ws.ended = p.ended
	ws.Start(ws)
}

// ended ends the attempt, or the session's WebSocket that came of it.
func (p *prober) ended(err error) {
	s, ws := p.s, p.ws
	if ws.handler != wsHandler(p) {
		s.endWebSocket(ws, err)
		return
	}
	p.stop()
	s.endProbe()
	ws.Send(lastFrame(err))
	ws.CloseWrite()
	ws.CloseAfterPeer()
}

func (p *prober) begin(loop *netpoll.Loop) { p.loop = loop }
func (p *prober) end()                     { p.loop = nil }

// control answers at once or not at all: a peer that pings and does not read
// gets no goroutine that waits for it.
func (p *prober) control(answer []byte) error {
	if !p.s.mayControl() {
		return errSessionClosed
	}
	if answer == nil {
		return nil
	}
	if err := p.ws.Send(answer); err != nil {
		p.broken = true // half a frame may be out: nothing can follow it
		p.ws.Stop()
	}
	return nil
}

func (p *prober) message(data []byte, binary bool) error {
	switch {
	case !binary && string(data) == "2probe":
		if err := p.ws.Send(signal(Pong, "probe").wsFrame(p.s.revision, false)); err != nil {
			return err
		}
		p.releasePolls()
		return nil
	case !binary && len(data) > 0 && PacketType(data[0]) == Upgrade && p.adopt():
		return nil
	}
	return errProbe
}

// releasePolls begins to answer polls that are held while the upgrade goes on.
func (p *prober) releasePolls() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.release == nil {
		p.release = time.AfterFunc(noopInterval, p.releasePoll)
	}
}

func (p *prober) releasePoll() {
	p.mu.Lock()
	over := p.over
	if !over {
		p.release.Reset(noopInterval)
	}
	p.mu.Unlock()
	if over {
		return
	}
	p.s.mu.Lock()
	held := p.s.takePollLocked()
	p.s.mu.Unlock()
	held.resume(noopPacket)
}

func (p *prober) stop() {
	p.timeout.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.release != nil {
		p.release.Stop()
	}
}

// adopt makes the WebSocket the session's transport. From here on its queue
// goes there, beginning with what polling has not taken.
func (p *prober) adopt() bool {
	if p.broken || !p.timeout.Stop() {
		return false // or too late
	}
	p.stop()
	s := p.s
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return false
	}
	s.upgrading, s.upgraded, s.probing, s.ws = false, true, nil, p.ws
	held := s.takePollLocked()
	closing := s.state == stateClosing
	if closing {
		s.queue.push(closeFramePacket)
	}
	s.mu.Unlock()
	held.resume(closePacket) // the polling transport is closed
	reader := &wsReader{s: s}
	p.ws.handler = reader
	reader.begin(p.loop) // the rest of what has arrived is the session's
	s.flush()
	return true
}
