package engine

import (
	"signaling/internal/limit"
	"signaling/internal/packet"
)

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
func (s *Session) receive(b *Batch, p packet.Incoming) bool {
	if !s.refreshHeartbeat(p.Type) || p.Type != packet.Message && !s.chargeControl() {
		return false
	}
	switch p.Type {
	case packet.Ping:
		if s.revision == packet.Revision4 {
			s.Abort(TransportError) // heartbeat in the wrong direction
			return false
		}
		b.Send(s, pongPacket)
	case packet.Pong:
		if s.revision == packet.Revision3 {
			s.Abort(TransportError)
			return false
		}
	case packet.Message:
		s.srv.handler.Received(s, b, p.Data, p.Binary)
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
