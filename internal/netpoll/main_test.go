package netpoll

import (
	"net"
	"testing"

	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

// pair returns both ends of a TCP connection.
func pair(t *testing.T) (client, server *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client = wiretest.DialTCP(t, l.Addr().String())
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return client, conn.(*net.TCPConn)
}

// kinds are the kinds of Conn that this build has, by name: how one takes over a
// connection. The tests of pollers add theirs.
var kinds = map[string]func(g *Group, conn net.Conn) Conn{
	"blocking": func(_ *Group, conn net.Conn) Conn { return newBlockingConn(conn, func() {}) },
}

// conns runs a test with every kind of Conn, over one end of a connection.
func conns(t *testing.T, run func(t *testing.T, client *net.TCPConn, c Conn)) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			client, server := pair(t)
			c := open(group(t), server)
			t.Cleanup(c.CloseNow)
			run(t, client, c)
		})
	}
}

// group returns a Group that is closed when the test ends.
func group(t *testing.T) *Group {
	g := new(Group)
	t.Cleanup(g.Close)
	return g
}

// recorder is a Handler that keeps what has come.
type recorder struct {
	Input
	got     []byte
	arrived func(p []byte) // called with what has come; nil: it is only kept
	onEnd   func()         // called when reading has ended; nil: nothing is
	ended   chan error
}

func newRecorder(unread string) *recorder {
	r := &recorder{ended: make(chan error, 8)}
	r.Append([]byte(unread))
	return r
}

func (r *recorder) Arrived(*Loop) error {
	p := r.Unread()
	r.Consume(len(p))
	if r.arrived != nil {
		r.arrived(p)
	} else {
		r.got = append(r.got, p...)
	}
	r.ReleaseEmpty()
	return nil
}

func (r *recorder) ReadEnded(err error) {
	if r.onEnd != nil {
		r.onEnd()
	}
	r.ended <- err
}
