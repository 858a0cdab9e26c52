package websocket

import (
	"slices"
	"unicode/utf8"

	"signaling/internal/netpoll"
)

// Handler is what a Conn reads for. Its methods are called by one goroutine at a
// time.
type Handler interface {
	// Begin is called when bytes have arrived, before the calls for what is in
	// them. loop is that of netpoll.Handler's Arrived.
	Begin(loop *netpoll.Loop)
	// Message handles a whole message. data is valid during the call. An error ends
	// reading.
	Message(data []byte, binary bool) error
	// Control is called for a ping, with the pong to send, which belongs to the
	// Handler; and for a pong, with nil. An error ends reading.
	Control(pong []byte) error
	// End is called when all that had arrived is handled, or there was an error.
	End()
	// ReadEnded is called once, after everything else: when the peer has sent a close
	// frame, with a *FrameError when it has broken the protocol, with the
	// error of Message or Control, or with one of netpoll.Conn.
	ReadEnded(err error)
}

// maxFragments is the most fragments of one message: the limit of Node's ws.
const maxFragments = 16384

// reader reads messages from what arrives: the netpoll.Handler of a Conn.
type reader struct {
	// immutable after New; writers read window too
	limit  int // of one message, in bytes
	window int // see Handshake.Window

	// owned by the goroutine that reads, from Start on
	handler       Handler
	netpoll.Input        // received, not handled yet
	fragments     []byte // of a message whose last frame is still to come
	pieces        int    // of it that have come
	first         Opcode // of that message; opContinuation: there is none
	compressed    bool   // that message is compressed
}

// Arrived gives what has arrived to the handler. An error ends reading: a
// *closedError, a *FrameError, or one of the handler's.
func (r *reader) Arrived(loop *netpoll.Loop) error {
	if len(r.Unread()) == 0 {
		return nil
	}
	r.handler.Begin(loop)
	err := r.consume()
	r.handler.End()
	r.ReleaseEmpty()
	return err
}

// ReadEnded reports the end of reading to the handler.
func (r *reader) ReadEnded(err error) { r.handler.ReadEnded(err) }

// consume handles every whole frame in the input.
func (r *reader) consume() error {
	for {
		b := r.Unread()
		h, err := parseHeader(b, r.limit-len(r.fragments), r.window > 0)
		if err == errShortHeader || err == nil && len(b) < h.size+h.length {
			return nil
		}
		if err != nil {
			return err
		}
		payload := b[h.size : h.size+h.length]
		unmask(payload, h.mask)
		r.Consume(h.size + h.length)
		if h.op.control() {
			err = r.control(h.op, payload)
		} else {
			err = r.data(h, payload)
		}
		if err != nil {
			return err
		}
	}
}

// data handles a frame that carries a message or a fragment of one.
func (r *reader) data(h frameHeader, payload []byte) error {
	if (h.op == opContinuation) != (r.first != opContinuation) {
		return errFragment
	}
	if !h.fin {
		return r.fragment(h, payload)
	}
	op, compressed := h.op, h.compressed
	if r.first != opContinuation {
		op, compressed, payload = r.first, r.compressed, append(r.fragments, payload...)
		r.first, r.fragments = opContinuation, nil
	}
	if compressed {
		f := inflaters.Get().(*inflater)
		defer f.release()
		var err error
		if payload, err = f.inflate(payload, r.limit); err != nil {
			return err
		}
	}
	if op == Text && !utf8.Valid(payload) {
		return errBadText
	}
	return r.handler.Message(payload, op == Binary)
}

// fragment keeps a fragment that is not its message's last.
func (r *reader) fragment(h frameHeader, payload []byte) error {
	if r.first == opContinuation {
		r.first, r.compressed, r.pieces = h.op, h.compressed, 0
	}
	if r.pieces++; r.pieces > maxFragments {
		return errFragments
	}
	r.fragments = append(r.fragments, payload...)
	return nil
}

// control handles a control frame.
func (r *reader) control(op Opcode, payload []byte) error {
	switch op {
	case opPing:
		return r.handler.Control(pongFrame(payload))
	case opPong:
		return r.handler.Control(nil)
	default: // a close frame: there is no other
		if err := checkClose(payload); err != nil {
			return err
		}
		return &closedError{slices.Clone(payload)}
	}
}
