package engine

import (
	"encoding/base64"
	"sync"
	"sync/atomic"
)

// PacketType is the type of an Engine.IO packet: its digit on the wire.
// The same digits serve revisions 3 and 4.
//
//	'0' open     server to client   handshake data as JSON
//	'1' close    both directions    none (polling only)
//	'2' ping     v3: client sends, v4: server sends; "probe" during an upgrade
//	'3' pong     the answer to a ping
//	'4' message  both directions    text or binary
//	'5' upgrade  client to server   none, ends the probe
//	'6' noop     server to client   none, releases a held poll
type PacketType byte

// The packet types of Engine.IO, sections "Packet types" of both revisions.
const (
	Open    PacketType = '0'
	Close   PacketType = '1'
	Ping    PacketType = '2'
	Pong    PacketType = '3'
	Message PacketType = '4'
	Upgrade PacketType = '5'
	Noop    PacketType = '6'
)

// Revision is a revision of the Engine.IO protocol.
type Revision int

// The two revisions in use: 3 for Socket.IO clients 1.x and 2.x, 4 for 3.x and later.
const (
	Revision3 Revision = 3
	Revision4 Revision = 4
)

// Headroom is how many bytes a buffer given to NewText or NewBinaryIn must leave
// free at its start: the longest frame header a server writes and the packet type's digit.
const Headroom = maxHeader + 1

// Packet is an outgoing packet, encoded once for any number of receivers.
// It is immutable and safe for concurrent use.
type Packet struct {
	buf     []byte // header room, type digit (text only), data
	start   int    // where the WebSocket frame begins in buf
	binary  bool
	control bool   // no Engine.IO packet at all: a control frame, or the answer to the opening handshake
	plain   bool   // never compressed
	legacy  *frame // binary only: the frame of revision 3

	// compressed is made for the first receiver that takes it; the second one is
	// that of the legacy frame.
	compressed [2]atomic.Pointer[frame]
}

// frame is a frame built when the first receiver asks for it.
type frame struct {
	once  sync.Once
	bytes []byte
}

// NewText returns a message packet whose text stands in buf after its first
// Headroom bytes. The packet owns buf from then on.
func NewText(buf []byte) *Packet { return newText(Message, buf) }

func newText(t PacketType, buf []byte) *Packet {
	buf[maxHeader] = byte(t)
	start := putHeader(buf[:maxHeader], opText, len(buf)-maxHeader)
	return &Packet{buf: buf, start: start}
}

// NewBinary returns a binary message packet. It copies data.
func NewBinary(data []byte) *Packet {
	buf := make([]byte, Headroom+len(data))
	copy(buf[Headroom:], data)
	return NewBinaryIn(buf)
}

// NewBinaryIn returns a binary message packet whose data stand in buf after its
// first Headroom bytes. The packet owns buf from then on.
func NewBinaryIn(buf []byte) *Packet {
	start := putHeader(buf[:Headroom], opBinary, len(buf)-Headroom)
	return &Packet{buf: buf, start: start, binary: true, legacy: new(frame)}
}

// Uncompressed returns the packet, marked as one that is not to be compressed.
func (p *Packet) Uncompressed() *Packet {
	return &Packet{buf: p.buf, start: p.start, binary: p.binary, control: p.control, plain: true, legacy: p.legacy}
}

// controlPacket returns a packet that is bytes of the WebSocket itself, to be
// sent between the packets of the session: a control frame, or the answer to
// the opening handshake.
func controlPacket(bytes []byte) *Packet { return &Packet{buf: bytes, control: true} }

// signal returns a packet of a type other than message, with text as its data.
func signal(t PacketType, text string) *Packet {
	buf := make([]byte, Headroom, Headroom+len(text))
	return newText(t, append(buf, text...))
}

// Packets that are always the same.
var (
	closePacket = signal(Close, "")
	pingPacket  = signal(Ping, "")
	pongPacket  = signal(Pong, "")
	noopPacket  = signal(Noop, "")

	// closeFramePacket is the close frame of a WebSocket, without a code.
	closeFramePacket = controlPacket(closeFrame(codeNone))
)

// text returns the type digit and the data of a text packet.
func (p *Packet) text() []byte { return p.buf[maxHeader:] }

// data returns the data of a binary packet.
func (p *Packet) data() []byte { return p.buf[Headroom:] }

// Size is what the packet weighs in a send queue, in bytes.
func (p *Packet) Size() int { return len(p.buf) }

// appendBase64 appends the form a binary packet takes where only text may go:
// "b" and base64 in revision 4, "b4" and base64 in revision 3.
func (p *Packet) appendBase64(dst []byte, rev Revision) []byte {
	dst = append(dst, 'b')
	if rev == Revision3 {
		dst = append(dst, byte(Message))
	}
	return base64.StdEncoding.AppendEncode(dst, p.data())
}

// framing is what one WebSocket takes.
type framing struct {
	rev          Revision
	textOnly     bool
	deflateAbove int // see Options.DeflateAbove
	window       int // see wsConn.window
}

// frameFor returns the whole WebSocket frame of the packet, compressed if that
// is worth while: once, however many receivers there are.
func (p *Packet) frameFor(to framing) []byte {
	plain := p.wsFrame(to.rev, to.textOnly)
	if to.window == 0 || p.plain || p.control || p.binary && to.textOnly {
		return plain
	}
	if length := len(framePayload(plain)); length > to.window || length < to.deflateAbove {
		return plain
	}
	cached := &p.compressed[0]
	if p.binary && to.rev == Revision3 {
		cached = &p.compressed[1]
	}
	f := cached.Load()
	if f == nil {
		cached.CompareAndSwap(nil, new(frame))
		f = cached.Load()
	}
	f.once.Do(func() { f.bytes = deflated(plain) })
	return f.bytes
}

// wsFrame returns the whole WebSocket frame of the packet for a session of the
// given revision; textOnly is the client's wish (b64=1) for no binary frames.
func (p *Packet) wsFrame(rev Revision, textOnly bool) []byte {
	switch {
	case !p.binary:
		return p.buf[p.start:]
	case textOnly:
		buf := p.appendBase64(make([]byte, maxHeader), rev)
		return buf[putHeader(buf[:maxHeader], opText, len(buf)-maxHeader):]
	case rev == Revision3:
		p.legacy.once.Do(func() {
			buf := make([]byte, maxHeader, maxHeader+1+len(p.data()))
			// Revision 3 puts the type before the data, as a number and not as a digit.
			buf = append(append(buf, byte(Message-'0')), p.data()...)
			p.legacy.bytes = buf[putHeader(buf[:maxHeader], opBinary, len(buf)-maxHeader):]
		})
		return p.legacy.bytes
	default:
		return p.buf[p.start:]
	}
}
