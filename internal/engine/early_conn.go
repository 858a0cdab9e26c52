package engine

import "net"

// earlyConn is a TCP connection whose first bytes have been read already.
type earlyConn struct {
	net.Conn        // a *net.TCPConn, whose ways around Read are not for use
	early    []byte // owned by the one who reads
}

func (c *earlyConn) Read(p []byte) (int, error) {
	if len(c.early) > 0 {
		n := copy(p, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	c.early = nil
	return c.Conn.Read(p)
}

// CloseWrite tells the peer that nothing more comes.
func (c *earlyConn) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }
