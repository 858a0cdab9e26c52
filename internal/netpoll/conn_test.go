package netpoll

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// end waits for the end of reading and returns its reason.
func (r *recorder) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(wiretest.Patience):
		t.Fatal("reading does not end")
		return nil
	}
}

// wantEnd waits for the end of reading, which must come once.
func (r *recorder) wantEnd(t *testing.T, want error) {
	t.Helper()
	if err := r.end(t); !errors.Is(err, want) {
		t.Errorf("reading ended with %v, want %v", err, want)
	}
	select {
	case err := <-r.ended:
		t.Errorf("reading ended a second time, with %v", err)
	case <-time.After(10 * time.Millisecond):
	}
}

// started starts a Conn and returns what reads it.
func started(c Conn, unread string) *recorder {
	r := newRecorder(unread)
	c.Start(r)
	return r
}

func TestConnReadsToTheEnd(t *testing.T) {
	conns(t, func(t *testing.T, client *net.TCPConn, c Conn) {
		r := started(c, "before")
		rest := "a" + strings.Repeat("b", 100_000) + "c"
		io.WriteString(client, rest)
		client.CloseWrite()
		r.wantEnd(t, io.EOF)
		if string(r.got) != "before"+rest {
			t.Errorf("%d bytes have come: %.100q", len(r.got), r.got)
		}
	})
}

// The peer may have sent everything, and hung up, before the Conn starts.
func TestConnThatStartsBehindTheEnd(t *testing.T) {
	conns(t, func(t *testing.T, client *net.TCPConn, c Conn) {
		io.WriteString(client, "ab")
		client.CloseWrite()
		time.Sleep(20 * time.Millisecond) // so that the end has arrived too
		r := started(c, "")
		r.wantEnd(t, io.EOF)
		if string(r.got) != "ab" {
			t.Errorf("%q has come", r.got)
		}
	})
}

func TestConnThatIsStopped(t *testing.T) {
	conns(t, func(t *testing.T, _ *net.TCPConn, c Conn) {
		r := started(c, "")
		for range 3 {
			c.Stop()
		}
		r.wantEnd(t, ErrStopped)
		c.Stop()
	})
}

// What uses a connection may end between its upgrade request and its start.
func TestConnThatIsStoppedBeforeItStarts(t *testing.T) {
	conns(t, func(t *testing.T, _ *net.TCPConn, c Conn) {
		c.Stop()
		started(c, "").wantEnd(t, ErrStopped)
	})
}

func TestConnThatIsStoppedAfterAWhile(t *testing.T) {
	conns(t, func(t *testing.T, _ *net.TCPConn, c Conn) {
		r := started(c, "")
		c.StopAfter(20 * time.Millisecond)
		r.wantEnd(t, ErrStopped)
	})
}

// What does not fit into the kernel's buffers follows as the peer reads.
func TestConnWritesTheRest(t *testing.T) {
	conns(t, func(t *testing.T, client *net.TCPConn, c Conn) {
		started(c, "")
		data := strings.Repeat("0123456789abcdef", 1<<19)
		n, err := c.TryWrite([]byte(data))
		if err != nil || n == len(data) {
			t.Fatalf("the kernel took %d bytes of %d, %v", n, len(data), err)
		}
		got := make([]byte, len(data))
		if _, err := io.ReadFull(client, got[:n]); err != nil { // there is room before anything waits for it
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		done := make(chan error, 1)
		c.WriteRest([]byte(data[n:]), time.Minute, func(err error) { done <- err })
		if _, err := io.ReadFull(client, got[n:]); err != nil || string(got) != data {
			t.Fatalf("the peer got something else (%v)", err)
		}
		if err := <-done; err != nil {
			t.Errorf("done with %v", err)
		}
	})
}

func TestConnGivesUpOnAPeerThatStandsStill(t *testing.T) {
	conns(t, func(t *testing.T, _ *net.TCPConn, c Conn) {
		started(c, "")
		data := make([]byte, 16<<20)
		n, _ := c.TryWrite(data)
		done := make(chan error, 2)
		c.WriteRest(data[n:], 100*time.Millisecond, func(err error) { done <- err })
		if err := <-done; err == nil {
			t.Error("done without an error")
		}
	})
}

// What is left of a write to a Conn that has been closed meanwhile fails at once.
func TestRestForAClosedConn(t *testing.T) {
	conns(t, func(t *testing.T, _ *net.TCPConn, c Conn) {
		c.CloseNow()
		done := make(chan error, 1)
		c.WriteRest([]byte("x"), wiretest.Patience, func(err error) { done <- err })
		select {
		case err := <-done:
			if err == nil {
				t.Error("it has gone out")
			}
		case <-time.After(wiretest.Patience):
			t.Error("the write does not end")
		}
	})
}

// A Conn that a closed Group returns has a goroutine of its own.
func TestConnOfAClosedGroup(t *testing.T) {
	client, server := pair(t)
	g := new(Group)
	g.Close()
	closed := make(chan struct{})
	c := g.NewConn(server, func() { close(closed) })
	r := started(c, "")
	io.WriteString(client, "a")
	client.CloseWrite()
	r.wantEnd(t, io.EOF)
	c.CloseNow()
	<-closed
	if string(r.got) != "a" {
		t.Errorf("%q has come", r.got)
	}
}

// A Group that is closed serves the connections that it has.
func TestClosedGroupKeepsItsConns(t *testing.T) {
	client, server := pair(t)
	g := new(Group)
	c := g.NewConn(server, func() {})
	defer c.CloseNow()
	r := started(c, "")
	g.Close()
	io.WriteString(client, "a")
	client.CloseWrite()
	r.wantEnd(t, io.EOF)
	if string(r.got) != "a" {
		t.Errorf("%q has come", r.got)
	}
}

// The bytes that Detach had read come before the connection's own.
func TestCutPrefix(t *testing.T) {
	_, server := pair(t)
	conn, unread := CutPrefix(&prefixConn{Conn: server, prefix: []byte("cd")}, []byte("ab"))
	if conn != net.Conn(server) || string(unread) != "abcd" {
		t.Errorf("it is a %T behind %q", conn, unread)
	}
	conn, unread = CutPrefix(server, []byte("ab"))
	if conn != net.Conn(server) || string(unread) != "ab" {
		t.Errorf("it is a %T behind %q", conn, unread)
	}
}
