package websocket

import "signaling/internal/netpoll"

// Conn is a WebSocket connection after its opening handshake. It is as safe for
// concurrent use as a netpoll.Conn; one goroutine at a time reads and calls the
// Handler. What is written must be whole frames.
type Conn struct {
	netpoll.Conn // immutable
	in           reader
}

// Options configures a Conn.
type Options struct {
	MaxMessage int    // length in bytes of the longest message to read, decompressed
	Window     int    // of the Handshake
	Prefix     []byte // what has been read of the connection already; New copies it
}

// New returns a WebSocket on conn, which it owns from then on. Reading begins
// with Start.
func New(conn netpoll.Conn, opts Options) *Conn {
	c := &Conn{Conn: conn, in: reader{limit: opts.MaxMessage, window: opts.Window}}
	c.in.Append(opts.Prefix)
	return c
}

// Window returns the length in bytes up to which messages may be sent
// compressed; 0 if none may.
func (c *Conn) Window() int { return c.in.window }

// Start reads for h, in the background, until there is an error. It is called
// once.
func (c *Conn) Start(h Handler) {
	c.in.handler = h
	c.Conn.Start(&c.in)
}

// SetHandler replaces the Handler by h for what is read from then on, and for
// what has arrived and is not handled yet. It may be called only by the Message of
// the current Handler, with the loop of its last Begin. SetHandler calls h.Begin;
// the End that belongs to it is called as usual.
func (c *Conn) SetHandler(h Handler, loop *netpoll.Loop) {
	c.in.handler = h
	h.Begin(loop)
}

// Close sends frame, a close frame, and closes the connection in the background:
// when the peer has closed it, or not for too long. It may be called only when
// nothing else is being written, and after reading has ended or instead of Start.
func (c *Conn) Close(frame []byte) {
	c.Send(frame) // fails if the peer is gone or does not read
	c.CloseWrite()
	c.CloseAfterPeer()
}
