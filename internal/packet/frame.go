package packet

import (
	"sync"

	"signaling/internal/websocket"
)

// lazyFrame is a WebSocket frame that is made when the first receiver needs it.
type lazyFrame struct {
	once  sync.Once
	bytes []byte
}

// NewControl returns a packet that is not one of Engine.IO but bytes for the
// WebSocket, to be written between the packets of the session: a control frame, or
// the answer to the opening handshake. It owns bytes.
func NewControl(bytes []byte) *Packet { return &Packet{buf: bytes, control: true} }

// Framing is what the client of a WebSocket takes.
type Framing struct {
	Revision     Revision
	TextOnly     bool // no binary frames (b64=1)
	DeflateAbove int  // messages from that many bytes on are compressed
	Window       int  // see websocket.Handshake.Window
}

// Frame returns the packet as a WebSocket frame, compressed if that is agreed
// on and worth while. It is made once, however many receivers there are; the
// caller must not modify it.
func (p *Packet) Frame(to Framing) []byte {
	plain := p.PlainFrame(to.Revision, to.TextOnly)
	if to.Window == 0 || p.plain || p.control || p.binary && to.TextOnly {
		return plain
	}
	if length := len(websocket.FramePayload(plain)); length > to.Window || length < to.DeflateAbove {
		return plain
	}
	cached := &p.compressed[0]
	if p.binary && to.Revision == Revision3 {
		cached = &p.compressed[1]
	}
	f := cached.Load()
	if f == nil {
		cached.CompareAndSwap(nil, new(lazyFrame))
		f = cached.Load()
	}
	f.once.Do(func() { f.bytes = websocket.Deflate(plain) })
	return f.bytes
}

// PlainFrame returns the packet as a WebSocket frame that is not compressed, for
// a client of the given revision.
func (p *Packet) PlainFrame(rev Revision, textOnly bool) []byte {
	switch {
	case !p.binary:
		return p.buf[p.start:]
	case textOnly:
		return websocket.FrameIn(p.appendBase64(make([]byte, websocket.HeaderRoom), rev), websocket.Text)
	case rev == Revision3:
		p.legacy.once.Do(func() {
			buf := make([]byte, websocket.HeaderRoom, websocket.HeaderRoom+1+len(p.data()))
			// Revision 3 has the type before the data, as a number and not as a digit.
			buf = append(append(buf, byte(Message-'0')), p.data()...)
			p.legacy.bytes = websocket.FrameIn(buf, websocket.Binary)
		})
		return p.legacy.bytes
	default:
		return p.buf[p.start:]
	}
}
