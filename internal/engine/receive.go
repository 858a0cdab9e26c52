package engine

import (
	"encoding/base64"

	"signaling/internal/limit"
)

// packet is an incoming packet. data aliases what was read.
type packet struct {
	kind   PacketType
	data   []byte
	binary bool
}

// parsePacket splits the text of one packet. It reports false for what no
// revision knows: an empty packet, or a type that is not 0 to 6. Binary of an
// unknown type passes in revision 3, as Node lets it, and means nothing.
func parsePacket(text []byte, rev Revision) (packet, bool) {
	if len(text) == 0 {
		return packet{}, false
	}
	t := text[0]
	if t == 'b' {
		text = text[1:]
		if rev == Revision3 { // "b4" and base64: the type comes first
			if len(text) == 0 {
				return packet{}, true
			}
			t, text = text[0], text[1:]
		} else {
			t = byte(Message)
		}
		return packet{PacketType(t), decodeBase64(text), true}, true
	}
	return packet{PacketType(t), text[1:], false}, known(PacketType(t))
}

// parseBinary splits one binary packet: bare data in revision 4, a type byte
// (a number, not a digit) and data in revision 3.
func parseBinary(data []byte, rev Revision) (packet, bool) {
	if rev == Revision4 {
		return packet{Message, data, true}, true
	}
	if len(data) == 0 {
		return packet{}, true
	}
	return packet{PacketType(data[0] + '0'), data[1:], true}, true
}

func known(t PacketType) bool { return t >= Open && t <= Noop }

// decodeBase64 decodes as leniently as Node's Buffer does: both alphabets, any
// other character skipped, everything behind '=' ignored.
func decodeBase64(text []byte) []byte {
	clean := make([]byte, 0, len(text))
	for _, c := range text {
		switch {
		case c == '=':
			return decodeClean(clean)
		case c == '-':
			c = '+'
		case c == '_':
			c = '/'
		case !isBase64(c):
			continue
		}
		clean = append(clean, c)
	}
	return decodeClean(clean)
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

func decodeClean(clean []byte) []byte {
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1] // six bits are no byte
	}
	n, _ := base64.RawStdEncoding.Decode(clean, clean)
	return clean[:n]
}

// chargeControl charges the session for what is no message. It reports false when
// that was too much and has ended the session.
func (s *Session) chargeControl() bool {
	if !s.srv.opts.ControlRate.Limited() || s.control.Take(s.srv.opts.ControlRate, 1, limit.Now()) {
		return true
	}
	s.Abort(RateExceeded)
	return false
}

// receive handles one packet of the client's. The caller holds receiving. It
// reports false when the session has ended and the rest is to be dropped.
func (s *Session) receive(b *Batch, p packet) bool {
	if !s.heard(p.kind) || p.kind != Message && !s.chargeControl() {
		return false
	}
	switch p.kind {
	case Ping:
		if s.revision == Revision4 {
			s.Abort(TransportError) // heartbeat in the wrong direction
			return false
		}
		b.Send(s, pongPacket)
	case Pong:
		if s.revision == Revision3 {
			s.Abort(TransportError)
			return false
		}
	case Message:
		s.srv.handler.Received(s, b, p.data, p.binary)
	}
	b.step()
	return true
}

// beginReceiving keeps other packets of the session out, for those that b's
// reader has. If it must wait for them it hands b's loop over.
func (s *Session) beginReceiving(b *Batch) {
	if !s.receiving.TryLock() { // a POST is still being handled, or an end told
		b.MayBlock()
		s.receiving.Lock()
	}
}

// endReceiving lets the next packet of the session in, and writes what the
// handled ones sent.
func (s *Session) endReceiving(b *Batch) {
	s.receiving.Unlock()
	b.Flush()
}
