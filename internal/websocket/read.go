package websocket

import (
	"slices"
	"unicode/utf8"

	"signaling/internal/netpoll"
)

// Handler is what a Conn reads for. Its methods are called by one goroutine at a
// time.
type Handler interface {
	// Begin is called when bytes have arrived, before Message and Control are
	// called for what is in them. loop is that of netpoll.Handler.
	Begin(loop *netpoll.Loop)
	// Message handles a whole message. data is valid during the call. An error ends
	// reading.
	Message(data []byte, binary bool) error
	// Control handles a ping, with pong as the frame that answers it, which the
	// Handler owns; or a pong of the peer's, with nil. An error ends reading.
	Control(pong []byte) error
	// End is called when everything whole that had arrived has been handled, or
	// when there is an error.
	End()
	// ReadEnded is called once, when reading has ended: with a *FrameError if the
	// peer has broken the protocol, with the error of Message or Control, with one
	// of netpoll.Conn, or with another if the peer has sent a close frame.
	// CloseAnswer returns the answer to each of them.
	ReadEnded(err error)
}

// maxFragments is the most fragments of one message: the limit of Node's ws.
const maxFragments = 16384

// reader is the netpoll.Handler of a Conn: it reads messages from what arrives.
type reader struct {
	// immutable after New; writers read window too
	limit  int // of one message, in bytes
	window int // see Handshake.Window

	// owned by the goroutine that reads, from Start on
	handler       Handler
	netpoll.Input // received, not handled yet
	partial       partial
}

// partial is a message whose last fragment is still to come.
type partial struct {
	data       []byte
	fragments  int
	op         Opcode // of the message; opContinuation: there is no such message
	compressed bool
}

// none reports whether no fragment has come.
func (p *partial) none() bool { return p.op == opContinuation }

// add adds the payload of a fragment with header h.
func (p *partial) add(h frameHeader, payload []byte) error {
	if p.none() {
		p.op, p.compressed = h.op, h.compressed
	}
	if p.fragments++; p.fragments > maxFragments {
		return errFragments
	}
	p.data = append(p.data, payload...)
	return nil
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
		h, err := parseHeader(b, r.limit-len(r.partial.data), r.window > 0)
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
	if (h.op == opContinuation) == r.partial.none() {
		return errFragment
	}
	if !h.fin {
		return r.partial.add(h, payload)
	}
	op, compressed := h.op, h.compressed
	if p := r.partial; !p.none() {
		op, compressed, payload = p.op, p.compressed, append(p.data, payload...)
		r.partial = partial{}
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
