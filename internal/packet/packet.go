package packet

import (
	"encoding/base64"
	"sync/atomic"

	"signaling/internal/websocket"
)

// Type is the type of an Engine.IO packet: its digit on the wire.
// The same digits serve revisions 3 and 4.
//
//	'0' open     server to client   handshake data as JSON
//	'1' close    both directions    none (polling only)
//	'2' ping     v3: client sends, v4: server sends; "probe" during an upgrade
//	'3' pong     the answer to a ping
//	'4' message  both directions    text or binary
//	'5' upgrade  client to server   none, ends the probe
//	'6' noop     server to client   none, releases a held poll
type Type byte

// The packet types of Engine.IO, sections "Packet types" of both revisions.
const (
	Open    Type = '0'
	Close   Type = '1'
	Ping    Type = '2'
	Pong    Type = '3'
	Message Type = '4'
	Upgrade Type = '5'
	Noop    Type = '6'
)

// Revision is a revision of the Engine.IO protocol.
type Revision int

// The two revisions in use: 3 for Socket.IO clients 1.x and 2.x, 4 for 3.x and later.
const (
	Revision3 Revision = 3
	Revision4 Revision = 4
)

// Headroom is the number of bytes that must be free at the start of a buffer given
// to NewText or NewBinaryIn: room for the longest header of a WebSocket frame and
// the digit of the packet's type.
const Headroom = websocket.HeaderRoom + 1

// Packet is an outgoing packet, encoded once for any number of receivers.
// It is immutable and safe for concurrent use.
type Packet struct {
	buf     []byte // room for a header, type digit (text only), data
	start   int    // of the WebSocket frame in buf
	binary  bool
	control bool // not a packet of Engine.IO: see NewControl
	plain   bool // never compressed

	// frames that are made for the first receiver that needs them

	legacy     *lazyFrame                   // binary only: the frame of revision 3
	compressed [2]atomic.Pointer[lazyFrame] // [0] of the frame in buf, [1] of legacy
}

// NewText returns a message packet whose text is in buf, after the first Headroom
// bytes. The packet owns buf from then on.
func NewText(buf []byte) *Packet { return NewIn(Message, buf) }

// NewIn is NewText for a packet of type t.
func NewIn(t Type, buf []byte) *Packet {
	buf[websocket.HeaderRoom] = byte(t)
	start := websocket.PutHeader(buf[:websocket.HeaderRoom], websocket.Text, len(buf)-websocket.HeaderRoom)
	return &Packet{buf: buf, start: start}
}

// NewBinary returns a binary message packet. It copies data.
func NewBinary(data []byte) *Packet {
	buf := make([]byte, Headroom+len(data))
	copy(buf[Headroom:], data)
	return NewBinaryIn(buf)
}

// NewBinaryIn returns a binary message packet whose data are in buf, after the
// first Headroom bytes. The packet owns buf from then on.
func NewBinaryIn(buf []byte) *Packet {
	start := websocket.PutHeader(buf[:Headroom], websocket.Binary, len(buf)-Headroom)
	return &Packet{buf: buf, start: start, binary: true, legacy: new(lazyFrame)}
}

// Uncompressed returns a packet like p that is never compressed. It shares the
// memory of p.
func (p *Packet) Uncompressed() *Packet {
	return &Packet{buf: p.buf, start: p.start, binary: p.binary, control: p.control, plain: true, legacy: p.legacy}
}

// New returns a packet of type t with text as its data. It copies text.
func New(t Type, text string) *Packet {
	buf := make([]byte, Headroom, Headroom+len(text))
	return NewIn(t, append(buf, text...))
}

// Compressible reports whether p is a message that may be compressed.
func (p *Packet) Compressible() bool {
	return !p.plain && (p.binary || Type(p.text()[0]) == Message)
}

// text returns the type digit and the data of a text packet.
func (p *Packet) text() []byte { return p.buf[websocket.HeaderRoom:] }

// data returns the data of a binary packet.
func (p *Packet) data() []byte { return p.buf[Headroom:] }

// Size returns the number of bytes that the packet counts for in the bounds of a
// send queue.
func (p *Packet) Size() int { return len(p.buf) }

// appendBase64 appends a binary packet in the form for transports and clients that
// take text only: "b" and base64 in revision 4, "b4" and base64 in revision 3.
func (p *Packet) appendBase64(dst []byte, rev Revision) []byte {
	dst = append(dst, 'b')
	if rev == Revision3 {
		dst = append(dst, byte(Message))
	}
	return base64.StdEncoding.AppendEncode(dst, p.data())
}
