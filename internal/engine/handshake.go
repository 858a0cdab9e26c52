package engine

import (
	"errors"
	"net/http"
	"strconv"

	"signaling/internal/netpoll"
)

// newSession makes the session of a handshake, which takes a place until it
// leaves. It is not known to anybody yet. If there is no room for one more,
// newSession answers the request and returns nil.
func (srv *Server) newSession(w http.ResponseWriter, r *http.Request, q query) *Session {
	release, err := srv.admit(r)
	if err != nil {
		unavailable(w, err)
		return nil
	}
	s := &Session{
		srv:      srv,
		slot:     release,
		id:       NewID(),
		revision: q.rev(),
		textOnly: q.b64,
		isJSONP:  q.hasJ,
		jsonp:    callbackIndex(q.j),
		origin:   originOf(r),
	}
	s.polling.s, s.transport = s, &s.polling
	return s
}

// openPacket returns the first packet of a session: its id and the server's
// settings, in the order of keys that Node has.
func (s *Session) openPacket() *Packet {
	opts := &s.srv.opts
	buf := make([]byte, Headroom, Headroom+160)
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
	return newText(Open, append(buf, '}'))
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

// start makes the session known to the handler and to later requests. It
// reports false when the server is closed. y serves others, too, unless nil.
func (s *Session) start(loop *netpoll.Loop) bool {
	if s.srv.opts.InitialPacket != nil {
		s.queue.push(s.srv.opts.InitialPacket)
	}
	s.receiving.Lock() // an end that comes meanwhile is told behind Opened
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
	s.polling.writePackets(w, r, []*Packet{open})
}

var errClosing = errors.New("the server is closing: connect again in a moment")

// admit tells whether there is room for one more session.
func (srv *Server) admit(r *http.Request) (release func(), err error) {
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

// unavailable refuses a handshake for the time being, of either transport. The
// official clients come back after a while that grows with each try.
func unavailable(w http.ResponseWriter, err error) {
	w.Header().Set("Retry-After", "1")
	w.Header().Set("Connection", "close")
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}
