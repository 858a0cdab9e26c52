//go:build linux && !nopoll && !386

package http1

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

// The layer of these tests is to HTTP what TLS would be: bytes travel in records,
// which can be opened when they are whole, and may bring more than there is room
// for. A record is the length of its payload in two bytes and the payload, XORed
// with key.
const (
	key       = 0x5A
	maxRecord = 1 << 14
)

// seal appends p, in one record, to dst.
func seal(dst, p []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(p)))
	for _, b := range p {
		dst = append(dst, b^key)
	}
	return dst
}

// layer is a netpoll.Acceptor that puts a recordConn on each connection.
type layer struct{ netpoll.Acceptor }

func (l layer) Accepted(loop *netpoll.Loop, conn netpoll.AcceptedConn, remote netip.AddrPort) {
	l.Acceptor.Accepted(loop, &recordConn{AcceptedConn: conn}, remote)
}

// recordConn is an AcceptedConn of records, and the Handler of the one below.
type recordConn struct {
	netpoll.AcceptedConn // below

	// owned by the goroutine that reads
	above  netpoll.Handler
	sealed netpoll.Input // has come and is not a whole record
	opened []byte        // the rest of a record that above has no room for

	// owned by the goroutine that writes
	rest   []byte // of a record that is written in part
	inRest int    // bytes sealed in that record, which TryWrite has not reported
}

func (c *recordConn) Begin(loop *netpoll.Loop, h netpoll.Handler) {
	c.above = h
	c.AcceptedConn.Begin(loop, c)
}

func (c *recordConn) Start(h netpoll.Handler) {
	c.above = h
	c.AcceptedConn.Start(c)
}

func (c *recordConn) Room() []byte {
	if len(c.opened) > 0 {
		return nil
	}
	return c.sealed.Room()
}

func (c *recordConn) Filled(n int) { c.sealed.Filled(n) }

func (c *recordConn) Unread() []byte {
	if len(c.opened) > 0 {
		return c.opened
	}
	return c.above.Unread()
}

func (c *recordConn) ReleaseEmpty() {
	c.sealed.ReleaseEmpty()
	c.above.ReleaseEmpty()
}

func (c *recordConn) Release() {
	c.sealed.Release()
	c.above.Release()
}

func (c *recordConn) ReadEnded(err error) { c.above.ReadEnded(err) }

// Arrived gives what can be opened to the Handler above, as far as it has room.
func (c *recordConn) Arrived(loop *netpoll.Loop) error {
	for {
		if err := c.above.Arrived(loop); err != nil {
			return err
		}
		if len(c.opened) == 0 && !c.open() {
			c.sealed.ReleaseEmpty()
			return nil
		}
		room := c.above.Room()
		if len(room) == 0 {
			return nil
		}
		n := copy(room, c.opened)
		c.opened = c.opened[n:]
		c.above.Filled(n)
	}
}

// open opens the next record, if it has all come.
func (c *recordConn) open() bool {
	p := c.sealed.Unread()
	if len(p) < 2 || len(p) < 2+int(binary.BigEndian.Uint16(p)) {
		return false
	}
	size := 2 + int(binary.BigEndian.Uint16(p))
	for _, b := range p[2:size] {
		c.opened = append(c.opened, b^key)
	}
	c.sealed.Consume(size)
	return len(c.opened) > 0
}

// TryWrite reports a record as written when all of it is.
func (c *recordConn) TryWrite(p []byte) (written int, err error) {
	for written < len(p) && len(c.rest) == 0 {
		size := min(len(p)-written, maxRecord)
		record := seal(nil, p[written:written+size])
		n, err := c.AcceptedConn.TryWrite(record)
		if err != nil {
			return written, err
		}
		if n < len(record) {
			c.rest, c.inRest = record[n:], size
			break
		}
		written += size
	}
	return written, nil
}

func (c *recordConn) WriteRest(p []byte, timeout time.Duration, done func(error)) {
	rest := c.rest
	p = p[c.inRest:]
	c.rest, c.inRest = nil, 0
	c.AcceptedConn.WriteRest(rest, timeout, func(err error) {
		if err != nil {
			done(err)
			return
		}
		n, err := c.TryWrite(p)
		if err != nil || n == len(p) {
			done(err)
			return
		}
		c.WriteRest(p[n:], timeout, done)
	})
}

func (c *recordConn) Send(p []byte) error { return c.AcceptedConn.Send(seal(nil, p)) }

func (c *recordConn) Detach(prefix, last []byte) (net.Conn, error) {
	conn, err := c.AcceptedConn.Detach(c.sealed.Unread(), seal(nil, last))
	if err != nil {
		return nil, err
	}
	return newRecords(conn, append([]byte(prefix), c.opened...)), nil
}

// records is a net.Conn of records.
type records struct {
	net.Conn
	in     *bufio.Reader
	opened []byte
}

func newRecords(conn net.Conn, opened []byte) *records {
	return &records{conn, bufio.NewReader(conn), opened}
}

func (r *records) Read(p []byte) (int, error) {
	if len(r.opened) == 0 {
		var size [2]byte
		if _, err := io.ReadFull(r.in, size[:]); err != nil {
			return 0, err
		}
		r.opened = make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(r.in, r.opened); err != nil {
			return 0, err
		}
		for i := range r.opened {
			r.opened[i] ^= key
		}
	}
	n := copy(p, r.opened)
	r.opened = r.opened[n:]
	return n, nil
}

func (r *records) Write(p []byte) (int, error) {
	var out []byte
	for rest := p; len(rest) > 0; {
		n := min(len(rest), maxRecord)
		out = seal(out, rest[:n])
		rest = rest[n:]
	}
	if _, err := r.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// layered returns a client of a Server below which there is a layer.
func layered(t *testing.T, o Options) (*Server, *client) {
	o.Layer = func(a netpoll.Acceptor) netpoll.Acceptor { return layer{a} }
	s := run(t, o)
	c := dial(t, s)
	c.SetDeadline(time.Now().Add(wiretest.Patience))
	sealed := newRecords(c.TCPConn, nil)
	c.out, c.in = sealed, bufio.NewReader(sealed)
	return s, c
}

// Requests that wait inside a layer are served although no event comes for them:
// behind one that is held, and more than there is room for meanwhile.
func TestRequestsInsideALayer(t *testing.T) {
	const followers = 100
	held := make(chan *Response, 1)
	_, c := layered(t, options(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.URL.RawQuery[:4])
		if r.URL.RawQuery == "held" {
			w.(*Response).Hold(func() bool { return true })
			held <- w.(*Response)
		}
	}))
	c.send(getOf("/?held") + strings.Repeat(getOf("/?next"+strings.Repeat("x", 1000)), followers))
	w := <-held
	time.Sleep(10 * time.Millisecond) // for the rest to come
	w.Send()
	c.want(200, "held")
	for range followers {
		c.want(200, "next")
	}
}

func TestBodiesThroughALayer(t *testing.T) {
	_, c := layered(t, options(func(w http.ResponseWriter, r *http.Request) {
		w.(*Response).ReadBody(func(body []byte, err error) {
			if err != nil {
				t.Error(err)
			}
			for range 16 { // more than the system's buffers hold
				w.Write(body)
			}
		})
	}))
	body := strings.Repeat("0123456789abcdef", 1<<16)
	for range 2 {
		c.send(postTo("/?a", body))
		time.Sleep(10 * time.Millisecond) // for the buffers to be full
		c.want(200, strings.Repeat(body, 16))
	}
}

// Another protocol gets what waits inside, then what comes.
func TestDetachedLayer(t *testing.T) {
	k := &keeper{got: make(chan string, 10)}
	conns := make(chan netpoll.Conn, 1)
	closed := make(chan struct{})
	_, c := layered(t, options(func(w http.ResponseWriter, r *http.Request) {
		conn, prefix := w.(*Response).Detach(func() { close(closed) })
		k.got <- string(prefix)
		conn.Start(k)
		conns <- conn
	}))
	c.send(getOf("/?a") + "prefix")
	conn := <-conns
	c.send("more")
	for _, want := range []string{"prefix", "more"} {
		if got := <-k.got; got != want {
			t.Errorf("%q has come, want %q", got, want)
		}
	}
	if err := conn.Send([]byte("answer")); err != nil {
		t.Error(err)
	}
	conn.CloseNow()
	<-closed
	if all, err := io.ReadAll(c.in); err != nil || string(all) != "answer" {
		t.Errorf("the client gets %q, %v", all, err)
	}
}

func TestLayeredConnectionIsPassedOn(t *testing.T) {
	o := options(nil)
	o.FastPath = func(path string) (http.Handler, int64) {
		if path == "/here" {
			return http.HandlerFunc(hello), 0
		}
		return nil, 0
	}
	s, c := layered(t, o)
	c.send(getOf("/here?a") + getOf("/there?a"))
	c.want(200, "hello")
	conn, err := s.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil || r.URL.Path != "/there" {
		t.Fatalf("the request is %v, %v", r, err)
	}
	io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere")
	c.want(200, "there")
}
