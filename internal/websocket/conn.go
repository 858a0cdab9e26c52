package websocket

import "signaling/internal/netpoll"

// Conn is a WebSocket connection behind its opening handshake. What is said of
// netpoll.Conn about concurrency is true of it; what is written to it must be
// whole frames.
type Conn struct {
	netpoll.Conn // immutable
	in           reader
}

// Options is what a Conn is made with.
type Options struct {
	MaxMessage int    // the longest message that is taken, in bytes, decompressed
	Window     int    // what the handshake agreed on, see Handshake
	Prefix     []byte // what has been read of the connection already; it is copied
}

// New returns the WebSocket on conn, which belongs to it from then on. Reading
// begins with Start.
func New(conn netpoll.Conn, opts Options) *Conn {
	c := &Conn{Conn: conn, in: reader{limit: opts.MaxMessage, window: opts.Window}}
	c.in.Append(opts.Prefix)
	return c
}

// Window returns the length in bytes up to which messages may be sent
// compressed; 0 if none may.
func (c *Conn) Window() int { return c.in.window }

// Start reads in the background, for h, until there is an error.
func (c *Conn) Start(h Handler) {
	c.in.handler = h
	c.Conn.Start(&c.in)
}

// SetHandler gives what else comes, and what has arrived and is not handled, to
// h. It is called by the Message of the Handler that h replaces, with the loop of
// its Begin; it calls h.Begin, and the End that follows is that of h.
func (c *Conn) SetHandler(h Handler, loop *netpoll.Loop) {
	c.in.handler = h
	h.Begin(loop)
}

// Close sends frame, a close frame, and closes the connection in the background
// when the peer has answered, or does not. It is called when nothing else is
// being written, after reading has ended or instead of Start.
func (c *Conn) Close(frame []byte) {
	c.Send(frame) // fails if the peer is gone or does not read
	c.CloseWrite()
	c.CloseAfterPeer()
}
