//go:build linux

package load

import (
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// Crowd is a number of clients of one server.
type Crowd struct {
	Loop      *Loop
	To        *unix.SockaddrInet4
	Host      string // for the Host header
	Transport Transport
	// Reconnect makes clients that could not connect, or lost their
	// connection, try again the way the official client does.
	Reconnect bool
	// OnMessage receives every EVENT packet; the bytes are valid during the
	// call only.
	OnMessage func(c *Client, packet []byte)
	// OnBinary receives every attachment, likewise.
	OnBinary func(c *Client, attachment []byte)

	Clients   []*Client
	Connected int   // clients connected now
	Failed    int   // clients that gave up connecting; never with Reconnect
	Retries   int   // connections tried again
	Dropped   int   // connections lost after they stood
	LastError error // why the last one was lost or failed

	wanted  int // clients that Connect was asked for so far
	next    int // the client to begin next
	atOnce  int
	pending int // handshakes under way that Connect began
}

// NewCrowd returns a crowd without clients. port is the server's on
// 127.0.0.1.
func NewCrowd(l *Loop, port int, t Transport) *Crowd {
	return &Crowd{
		Loop:      l,
		To:        &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}},
		Host:      fmt.Sprintf("127.0.0.1:%d", port),
		Transport: t,
	}
}

// Add adds n clients without connecting them, so that they can be set up
// first.
func (d *Crowd) Add(n int) {
	for range n {
		d.Clients = append(d.Clients, &Client{Index: len(d.Clients), crowd: d})
	}
}

// Connect connects the clients up to the nth, adding them where needed, with
// at most atOnce handshakes under way. It returns once all of them are
// connected or have failed, with an error unless all are connected within
// limit.
func (d *Crowd) Connect(n, atOnce int, limit time.Duration) error {
	d.Add(n - len(d.Clients))
	d.atOnce = atOnce
	d.wanted = n
	d.more()
	d.Loop.Run(limit, func() bool { return d.Connected+d.Failed >= n })
	return d.complete(n)
}

// Await waits until n clients are connected.
func (d *Crowd) Await(n int, limit time.Duration) error {
	d.Loop.Run(limit, func() bool { return d.Connected >= n })
	return d.complete(n)
}

func (d *Crowd) complete(n int) error {
	switch {
	case d.Connected >= n:
		return nil
	case d.LastError == nil:
		return fmt.Errorf("only %d of %d clients are connected, the rest still waits for the server", d.Connected, n)
	}
	return fmt.Errorf("only %d of %d clients are connected: %w", d.Connected, n, d.LastError)
}

// Close ends all connections at once.
func (d *Crowd) Close() {
	d.Reconnect = false
	for _, c := range d.Clients {
		c.reset()
	}
	d.Connected = 0
}

// more begins as many handshakes as may be under way.
func (d *Crowd) more() {
	for d.pending < d.atOnce && d.next < d.wanted {
		c := d.Clients[d.next]
		d.next++
		d.pending++
		c.first = true
		c.connect()
	}
}

// connected is called by a client that is connected now.
func (d *Crowd) connected(c *Client) {
	d.Connected++
	d.finished(c)
}

// lost is called by a client that could not connect (was is false) or lost
// its connection.
func (d *Crowd) lost(c *Client, was bool, err error) {
	d.LastError = fmt.Errorf("client %d: %w", c.Index, err)
	if was {
		d.Connected--
		d.Dropped++
	}
	switch {
	case d.Reconnect:
		d.Retries++
		wait := reconnectDelay(c.attempts)
		c.attempts++
		c.cancel = d.Loop.After(wait, c.connect)
	case !was:
		d.Failed++
		d.finished(c)
	}
}

// finished lets the next client begin after a first connection; nobody
// waits behind a reconnection.
func (d *Crowd) finished(c *Client) {
	if c.first {
		c.first = false
		d.pending--
		d.more()
	}
}

// reconnectDelay is the official client's pattern with its default options:
// 1 s, doubled for every attempt, up to 50% more or less, at most 5 s.
func reconnectDelay(attempts int) time.Duration {
	const first, most, jitter = time.Second, 5 * time.Second, 0.5
	wait := float64(first << min(attempts, 10))
	wait += wait * jitter * (2*rand.Float64() - 1)
	return min(time.Duration(wait), most)
}

func (d *Crowd) deliver(c *Client, p []byte, binary bool) {
	switch {
	case binary && d.OnBinary != nil:
		d.OnBinary(c, p)
	case !binary && d.OnMessage != nil:
		d.OnMessage(c, p)
	}
}
