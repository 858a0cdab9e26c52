package engine

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"signaling/internal/netpoll"
	"signaling/internal/packet"
	"signaling/internal/websocket"
)

// serveWebSocket serves a WebSocket's opening handshake: it opens a session, or
// begins to move s to the WebSocket.
func (srv *Server) serveWebSocket(w responder, r *http.Request, q query, s *Session) {
	if s == nil && q.transport == WebSocket {
		srv.handshakeWebSocket(w, r, q)
		return
	}
	ws, answer, err := srv.acceptWebSocket(w, r, q)
	if err != nil {
		return
	}
	var u *upgrade
	if q.transport == WebSocket {
		u = s.beginUpgrade(ws) // before the client knows: it may try twice
	}
	switch err := ws.Send(answer); {
	case err != nil:
		u.cancel()
		ws.CloseNow()
	case u != nil:
		u.start()
	default:
		ws.Close(closeFrame)
	}
}

// upgrade is an attempt to move a polling session to a WebSocket. It answers
// the probe, and at the upgrade packet makes the connection the session's
// transport. It is under way as long as it is the session's upgrade.
type upgrade struct {
	// immutable
	s       *Session
	conn    *websocket.Conn
	timeout *time.Timer // stops reading conn; set by start

	loop *netpoll.Loop // owned by the goroutine that reads conn: see websocket.Handler.Begin

	// guarded by the session's mu
	noops *time.Timer // answers the poll that is held; nil: the probe has not come
}

// noopInterval is how often an upgrade answers a held poll, so that the client,
// which waits for its poll to end, can go on.
const noopInterval = 100 * time.Millisecond

// errProbe ends an upgrade whose client does not send what it should.
var errProbe = errors.New("not the packet that an upgrade goes on with")

// beginUpgrade makes an upgrade to conn the session's. It returns nil if another
// is under way, or if the session cannot move to a WebSocket.
func (s *Session) beginUpgrade(conn *websocket.Conn) *upgrade {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == stateClosed || s.upgrade != nil || !slices.Contains(s.transport.upgrades(), WebSocket) {
		return nil
	}
	s.upgrade = &upgrade{s: s, conn: conn}
	return s.upgrade
}

// start begins to read what the client sends on the WebSocket.
func (u *upgrade) start() {
	u.timeout = time.AfterFunc(u.s.srv.opts.UpgradeTimeout, u.conn.Stop)
	u.conn.Start(u)
}

// cancel ends the upgrade, if there is one: the session stays on polling.
func (u *upgrade) cancel() {
	if u == nil {
		return
	}
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.stopLocked()
}

// stopLocked ends the upgrade, failed or not.
func (u *upgrade) stopLocked() {
	u.s.upgrade = nil
	if u.noops != nil {
		u.noops.Stop()
	}
}

// The methods of websocket.Handler.

func (u *upgrade) Begin(loop *netpoll.Loop) { u.loop = loop }
func (u *upgrade) End()                     { u.loop = nil }

// ReadEnded closes the WebSocket: the upgrade has failed.
func (u *upgrade) ReadEnded(err error) {
	u.timeout.Stop()
	u.cancel()
	u.conn.Close(websocket.CloseAnswer(err))
}

// Control answers a ping at once. If there is no room for the answer the upgrade
// fails: nothing waits for a client that does not read.
func (u *upgrade) Control(answer []byte) error {
	if !u.s.chargeControl() {
		return errSessionClosed
	}
	if answer == nil {
		return nil
	}
	if err := u.conn.Send(answer); err != nil {
		u.timeout.Stop() // adopt fails from now on: half a frame may have been written
		u.conn.Stop()
	}
	return nil
}

func (u *upgrade) Message(data []byte, binary bool) error {
	switch {
	case !binary && string(data) == "2probe":
		if err := u.conn.Send(packet.New(packet.Pong, "probe").PlainFrame(u.s.revision, false)); err != nil {
			return err
		}
		u.releasePolls()
		return nil
	case !binary && len(data) > 0 && packet.Type(data[0]) == packet.Upgrade && u.adopt():
		return nil
	}
	return errProbe
}

// releasePolls begins to answer the polls that are held during the upgrade.
func (u *upgrade) releasePolls() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if u.noops == nil {
		u.noops = time.AfterFunc(noopInterval, u.releasePoll)
	}
}

func (u *upgrade) releasePoll() {
	s := u.s
	s.mu.Lock()
	if s.upgrade != u {
		s.mu.Unlock()
		return
	}
	u.noops.Reset(noopInterval)
	held := s.polling.takePollLocked()
	s.mu.Unlock()
	held.resume(noopPacket)
}

// adopt makes the WebSocket the session's transport. What is queued goes there
// from then on, beginning with what polling has not taken. It reports false if
// the time for the upgrade is over, the session closed or the WebSocket broken.
func (u *upgrade) adopt() bool {
	if !u.timeout.Stop() {
		return false
	}
	s, t := u.s, &webSocketTransport{s: u.s, conn: u.conn}
	s.mu.Lock()
	if s.state == stateClosed {
		s.mu.Unlock()
		return false
	}
	u.stopLocked()
	s.transport, s.upgraded = t, true
	held := s.polling.takePollLocked()
	if s.state == stateClosing {
		t.closeLocked() // flush follows
	}
	s.mu.Unlock()
	held.resume(closePacket)     // the polling transport is closed
	u.conn.SetHandler(t, u.loop) // the rest of what has arrived is the session's
	s.flush()
	return true
}
