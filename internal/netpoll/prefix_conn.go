package netpoll

import (
	"net"
	"slices"
)

// prefixConn is a TCP connection whose first bytes have been read already.
type prefixConn struct {
	net.Conn        // a *net.TCPConn, whose ways around Read are not for use
	prefix   []byte // owned by the goroutine that reads
}

func (c *prefixConn) Read(p []byte) (int, error) {
	if len(c.prefix) > 0 {
		n := copy(p, c.prefix)
		c.prefix = c.prefix[n:]
		return n, nil
	}
	c.prefix = nil
	return c.Conn.Read(p)
}

// CloseWrite ends what is written.
func (c *prefixConn) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }

// CutPrefix returns the TCP connection below one that Detach returned, and unread
// with what Read would have returned before the connection's own bytes. Of any
// other connection it returns conn and unread. The caller has taken over conn,
// and has read unread of it.
func CutPrefix(conn net.Conn, unread []byte) (net.Conn, []byte) {
	if c, ok := conn.(*prefixConn); ok {
		return c.Conn, append(slices.Clone(unread), c.prefix...)
	}
	return conn, unread
}
