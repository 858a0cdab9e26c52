package engine

import (
	"errors"
	"net/http"
	"strconv"

	"signaling/internal/netpoll"
	"signaling/internal/packet"
	"signaling/internal/websocket"
)

// newSession returns a session for a handshake, with its admission slot. Neither
// the handler nor the server know it yet: see start. If there is no room for one
// more, newSession answers the request and returns nil.
func (srv *Server) newSession(w http.ResponseWriter, r *http.Request, q query) *Session {
	slot, err := srv.admit(r)
	if err != nil {
		unavailable(w, err)
		return nil
	}
	s := &Session{
		srv:      srv,
		slot:     slot,
		id:       NewID(),
		revision: q.rev(),
		textOnly: q.b64,
		isJSONP:  q.hasJ,
		jsonp:    packet.CallbackIndex(q.j),
		opened:   openRequestOf(r),
	}
	s.polling.s, s.transport = s, &s.polling
	return s
}

// openPacket returns the first packet of a session: its id and the server's
// settings, with the keys in Node's order.
func (s *Session) openPacket() *packet.Packet {
	opts := &s.srv.opts
	buf := make([]byte, packet.Headroom, packet.Headroom+160)
	buf = append(buf, `{"sid":"`...)
	buf = append(buf, s.id...)
	buf = append(buf, `","upgrades":[`...)
	buf = s.appendUpgrades(buf)
	buf = append(buf, `],"pingInterval":`...)
	buf = strconv.AppendInt(buf, opts.PingInterval.Milliseconds(), 10)
	buf = append(buf, `,"pingTimeout":`...)
	buf = strconv.AppendInt(buf, opts.PingTimeout.Milliseconds(), 10)
	buf = append(buf, `,"maxPayload":`...)
	buf = strconv.AppendInt(buf, int64(opts.MaxPayload), 10)
	return packet.NewIn(packet.Open, append(buf, '}'))
}

// appendUpgrades appends the transports that the client may move to, as the
// elements of a JSON array.
func (s *Session) appendUpgrades(buf []byte) []byte {
	if !s.srv.opts.AllowUpgrades {
		return buf
	}
	first := true
	for _, name := range s.transport.upgrades() {
		if !s.srv.serves(name) {
			continue
		}
		if !first {
			buf = append(buf, ',')
		}
		buf, first = strconv.AppendQuote(buf, name), false
	}
	return buf
}

// start adds the session to the server and calls the handler's Opened. It
// reports false if the server is closed. The caller runs loop, unless that is
// nil.
func (s *Session) start(loop *netpoll.Loop) bool {
	if s.srv.opts.InitialPacket != nil {
		s.queue.push(s.srv.opts.InitialPacket)
	}
	s.receiving.Lock() // Closed must not come before Opened has returned
	known := s.srv.add(s)
	if known {
		s.startHeartbeat()
		b := Batch{loop: loop}
		s.srv.handler.Opened(s, &b)
		b.Flush()
	}
	s.receiving.Unlock()
	return known
}

// openPolling answers a handshake over polling. The response carries the open
// packet alone; what the handler sends meanwhile waits for the next poll.
func (srv *Server) openPolling(w responder, r *http.Request, q query) {
	if f := srv.verifyRevision(q); f != nil {
		srv.refuse(w, r, *f)
		return
	}
	s := srv.newSession(w, r, q)
	if s == nil {
		return
	}
	open := s.openPacket()
	if !s.start(w.loop()) {
		s.releaseSlot()
		unavailable(w, errClosing)
		return
	}
	if c := srv.opts.Cookie; c != nil {
		cookie := *c
		cookie.Value = s.id
		w.Header().Set("Set-Cookie", cookie.String())
	}
	s.polling.writePackets(w, r, []*packet.Packet{open})
}

// handshakeWebSocket opens a session on a WebSocket, if there is room.
func (srv *Server) handshakeWebSocket(w responder, r *http.Request, q query) {
	s := srv.newSession(w, r, q)
	if s == nil {
		return
	}
	opening := false
	defer func() {
		if !opening { // or Options.Headers has panicked
			s.releaseSlot()
		}
	}()
	ws, answer, err := srv.acceptWebSocket(w, r, q)
	if err != nil {
		return
	}
	if f := srv.verifyRevision(q); f != nil {
		ws.Send(append(answer, rawError(f.text())...))
		ws.CloseNow()
		srv.notifyRefused(r, *f) // last: it may panic, and nothing else would close ws
		return
	}
	opening = true
	s.openWebSocket(ws, answer, w.loop())
}

// openWebSocket opens the session on conn. answer, to the opening handshake, is
// written together with the session's first packets.
func (s *Session) openWebSocket(conn *websocket.Conn, answer []byte, loop *netpoll.Loop) {
	t := &webSocketTransport{s: s, conn: conn}
	s.transport = t
	s.queue.push(packet.NewControl(answer))
	s.queue.push(s.openPacket())
	if !s.start(loop) {
		s.releaseSlot()
		conn.Send(answer)
		conn.Close(closeFrame)
		return
	}
	s.flush()
	conn.Start(t)
}

// errClosing refuses a handshake while the server drains or closes.
var errClosing = errors.New("the server is closing: connect again in a moment")

// admit returns the admission slot of a new session, a function that gives it
// back or nil, or an error if there is no room for one.
func (srv *Server) admit(r *http.Request) (slot func(), err error) {
	if srv.closing.Load() {
		return nil, errClosing
	}
	if srv.opts.Admit == nil {
		return nil, nil
	}
	return srv.opts.Admit(r)
}

// releaseSlot gives back the session's admission slot.
func (s *Session) releaseSlot() {
	if s.slot != nil {
		s.slot()
	}
}

// unavailable answers a handshake, over either transport, for which there is no
// room at present. The official clients try again after a time that grows with
// each try.
func unavailable(w http.ResponseWriter, err error) {
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Connection", "close")
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}
