package faults

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy passes connections on to the server until it is told to break them.
type proxy struct {
	net.Listener
	server string
	lost   atomic.Bool // what comes is thrown away, on all connections

	mu sync.Mutex
	// guarded by mu
	conns   []*net.TCPConn // both ends of those that are open
	serving sync.WaitGroup
}

// through returns a proxy in front of a server, until the test ends.
func through(t *testing.T, s *server) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, server: s.addr}
	p.serving.Go(func() { // ends with the listener
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.serving.Go(func() { p.pass(client.(*net.TCPConn)) }) // ends with either side
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.each(func(c *net.TCPConn) { c.Close() })
		p.serving.Wait()
	})
	return p
}

func (p *proxy) addr() string { return p.Addr().String() }

func (p *proxy) pass(client *net.TCPConn) {
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		client.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, client, server.(*net.TCPConn))
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.copy(server.(*net.TCPConn), client) })
	p.copy(client, server.(*net.TCPConn))
	both.Wait()
}

// copy passes data on until from ends, which it passes on too, unless the
// connection is lost: then neither end ever hears of the other again.
func (p *proxy) copy(to, from *net.TCPConn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if !p.lost.Load() && n > 0 {
			to.Write(buf[:n]) // fails when to is gone: from hears of it by itself
		}
		if err == nil {
			continue
		}
		if !p.lost.Load() && err == io.EOF {
			to.CloseWrite()
		}
		return
	}
}

func (p *proxy) each(do func(c *net.TCPConn)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		do(c)
	}
}

// The faults of a network, on all connections that are open.

// vanish loses what is sent from now on, as a cable that is pulled: there is no
// FIN and no RST.
func (p *proxy) vanish() { p.lost.Store(true) }

// reset breaks the connections with an RST, in whatever they are doing.
func (p *proxy) reset() {
	p.each(func(c *net.TCPConn) {
		c.SetLinger(0)
		c.Close()
	})
}

// cut ends the connections with a FIN each way.
func (p *proxy) cut() { p.each(func(c *net.TCPConn) { c.Close() }) }
