package engine

import (
	"encoding/base64"

	"signaling/internal/limit"
)

// packet is an incoming packet. data is part of the buffer that was read.
type packet struct {
	kind   PacketType
	data   []byte
	binary bool
}

// parsePacket divides the text of one packet into type and data. It reports false
// for an empty packet and for a type that is not 0 to 6. In revision 3 binary of
// such a type is accepted, as by Node, and is ignored.
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

// parseBinary divides one binary packet into type and data: in revision 4 it is
// the data of a message, in revision 3 it begins with the type, as a number and
// not as a digit.
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
		clean = clean[:len(clean)-1] // its six bits make no byte
	}
	n, _ := base64.RawStdEncoding.Decode(clean, clean)
	return clean[:n]
}

// chargeControl charges the client for a packet or frame that is no message, see
// Options.ControlRate. It reports false if that was too much: the session has
// ended then.
func (s *Session) chargeControl() bool {
	if !s.srv.opts.ControlRate.Limited() || s.control.Take(s.srv.opts.ControlRate, 1, limit.Now()) {
		return true
	}
	s.Abort(RateExceeded)
	return false
}

// receive handles one packet from the client. The caller holds receiving. It
// reports false if the session has ended; what else has come is dropped then.
func (s *Session) receive(b *Batch, p packet) bool {
	if !s.refreshHeartbeat(p.kind) || p.kind != Message && !s.chargeControl() {
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

// beginReceiving locks receiving, for the packets that have come together. If it
// must wait for that, it hands over b's loop first.
func (s *Session) beginReceiving(b *Batch) {
	if !s.receiving.TryLock() { // another transport's packets are being handled, or Closed
		b.MayBlock()
		s.receiving.Lock()
	}
}

// endReceiving unlocks receiving, and writes what the handler has sent.
func (s *Session) endReceiving(b *Batch) {
	s.receiving.Unlock()
	b.Flush()
}
