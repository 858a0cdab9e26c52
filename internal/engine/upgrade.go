package engine

import (
	"errors"
	"net/http"
	"time"
)

// serveWebSocket opens a session on a WebSocket, or starts to move the polling
// session s to it.
func (srv *Server) serveWebSocket(w http.ResponseWriter, r *http.Request, q query, s *Session) {
	var fresh *Session
	if s == nil {
		fresh = srv.newSession(r, q)
	}
	ws, err := srv.acceptWebSocket(w, r, q)
	if err != nil {
		return
	}
	// The handler's goroutine must end here: it holds net/http's buffers.
	switch {
	case q.transport != WebSocket:
		go ws.dismiss() // ends within closeWait
	case s != nil:
		go s.probe(ws) // ends with the connection
	default:
		if f := srv.verifyRevision(q); f != nil {
			srv.tellRefused(r, *f)
			writeRawError(ws, f.text())
			ws.Close()
			return
		}
		go fresh.runWebSocket(ws) // ends with the connection
	}
}

// dismiss closes a WebSocket that carries no session.
func (c *wsConn) dismiss() {
	c.SetDeadline(time.Now().Add(closeWait))
	c.Write(closeFrame(codeNone).wsFrame(Revision4, false))
	c.linger()
}

// runWebSocket opens the session on ws and serves it to its end.
func (s *Session) runWebSocket(ws *wsConn) {
	s.ws = ws
	ws.handler = &wsReader{s: s}
	s.queue.push(s.openPacket())
	if !s.start() {
		ws.dismiss()
		return
	}
	s.flush()
	s.readWebSocket(ws)
}

// readWebSocket serves the session's WebSocket until it ends.
func (s *Session) readWebSocket(ws *wsConn) { s.endWebSocket(ws, ws.read()) }

// endWebSocket ends the session after its WebSocket's read ended with err.
func (s *Session) endWebSocket(ws *wsConn, err error) {
	var violation *frameError
	if errors.As(err, &violation) {
		s.end(TransportError, closePacket, lastFrame(err))
	} else {
		s.end(TransportClose, closePacket, lastFrame(err))
	}
	s.mu.Lock()
	writing := s.writing
	s.mu.Unlock()
	if !writing {
		ws.closeWrite() // a browser waits for it before it reports the end
	}
	ws.linger()
}

// wsReader handles what arrives on the WebSocket of a session.
type wsReader struct {
	s *Session
	b Batch
}

var errSessionClosed = errors.New("the session is closed")

func (r *wsReader) begin() { r.s.receiving.Lock() }
func (r *wsReader) end()   { r.s.endReceiving(&r.b) }

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
func (r *wsReader) control(p *Packet) { r.b.Send(r.s, p) }

// noopInterval is how often an upgrade releases a held poll, so that the
// client, which waits for its poll to end, can go on.
const noopInterval = 100 * time.Millisecond

// prober handles a WebSocket that a polling session may move to: it answers
// the probe, and at the upgrade packet hands the connection to the session.
type prober struct {
	s       *Session
	ws      *wsConn
	timeout *time.Timer
	done    chan struct{} // closed when the attempt is over
	probed  bool
}

var errProbe = errors.New("not the packet that an upgrade goes on with")

// probe runs an upgrade attempt, and the session's WebSocket once it succeeds.
// A failed attempt closes only ws: the session stays on polling.
func (s *Session) probe(ws *wsConn) {
	s.mu.Lock()
	if s.state == stateClosed || s.upgrading || s.ws != nil {
		s.mu.Unlock()
		ws.dismiss()
		return
	}
	s.upgrading, s.probing = true, ws
	s.mu.Unlock()
	p := &prober{s: s, ws: ws, done: make(chan struct{})}
	p.timeout = time.AfterFunc(s.srv.opts.UpgradeTimeout, ws.stopReading)
	ws.handler = p
	// A peer that probes and pings but does not read must not outlast the attempt.
	ws.SetWriteDeadline(time.Now().Add(s.srv.opts.UpgradeTimeout + closeWait))
	err := ws.read()
	if ws.handler != wsHandler(p) {
		s.endWebSocket(ws, err)
		return
	}
	p.stop()
	s.mu.Lock()
	s.upgrading, s.probing = false, nil
	s.mu.Unlock()
	ws.Write(lastFrame(err).wsFrame(s.revision, false))
	ws.linger()
}

func (p *prober) begin() {}
func (p *prober) end()   {}

func (p *prober) control(f *Packet) { p.ws.Write(f.wsFrame(p.s.revision, false)) }

func (p *prober) message(data []byte, binary bool) error {
	switch {
	case !binary && string(data) == "2probe":
		if _, err := p.ws.Write(signal(Pong, "probe").wsFrame(p.s.revision, false)); err != nil {
			return err
		}
		if !p.probed {
			p.probed = true
			go p.releasePolls() // ends at stop
		}
		return nil
	case !binary && len(data) > 0 && PacketType(data[0]) == Upgrade && p.adopt():
		return nil
	}
	return errProbe
}

// releasePolls answers a poll that is held while the upgrade goes on.
func (p *prober) releasePolls() {
	tick := time.NewTicker(noopInterval)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
			p.s.mu.Lock()
			if p.s.poll != nil {
				p.s.poll.answer(noopPacket)
				p.s.poll = nil
			}
			p.s.mu.Unlock()
		}
	}
}

func (p *prober) stop() {
	p.timeout.Stop()
	select {
	case <-p.done:
	default:
		close(p.done)
	}
}

// adopt makes the WebSocket the session's transport. From here on its queue
// goes there, beginning with what polling has not taken.
func (p *prober) adopt() bool {
	if !p.timeout.Stop() {
		return false // too late
	}
	p.stop()
	p.ws.SetWriteDeadline(time.Time{})
	s := p.s
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return false
	}
	s.upgrading, s.upgraded, s.probing, s.ws = false, true, nil, p.ws
	if s.poll != nil {
		s.poll.answer(closePacket) // the polling transport is closed
		s.poll = nil
	}
	closing := s.state == stateClosing
	if closing {
		s.queue.push(closeFrame(codeNone))
	}
	s.mu.Unlock()
	reader := &wsReader{s: s}
	p.ws.handler = reader
	reader.begin() // the rest of what has arrived is the session's
	s.flush()
	return true
}
