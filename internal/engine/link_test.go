package engine

import (
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

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

// links returns every kind of link this system has, over the connection that
// get returns.
func links(t *testing.T, run func(t *testing.T, client *net.TCPConn, l link)) {
	for name, make := range map[string]func(net.Conn, func()) link{"polled": newPolledLink, "blocking": newBlockingLink} {
		t.Run(name, func(t *testing.T) {
			client, server := pair(t)
			l := make(server, func() {})
			if l == nil {
				t.Fatal("this system has no poller: run the tests on Linux")
			}
			t.Cleanup(l.close)
			run(t, client, l)
		})
	}
}

// started runs a link and returns what its handler is told and how it ends.
func started(l link, early string) (*log, chan error) {
	ended := make(chan error, 8)
	told := new(log)
	c := newWSConn(l, 1<<20, 0, []byte(early))
	c.handler = told
	c.ended = func(err error) { ended <- err }
	c.start(c)
	return told, ended
}

// funcHandler takes messages and nothing else.
type funcHandler func(data []byte)

func (funcHandler) begin(yielder)        {}
func (funcHandler) end()                 {}
func (funcHandler) control([]byte) error { return nil }
func (f funcHandler) message(data []byte, _ bool) error {
	f(data)
	return nil
}

// endOf waits for the end of reading and returns its reason.
func endOf(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(wiretest.Patience):
		t.Fatal("reading does not end")
		return nil
	}
}

// wantEnd waits for the end of reading, which must come once.
func wantEnd(t *testing.T, ended <-chan error, want error) {
	t.Helper()
	if err := endOf(t, ended); !errors.Is(err, want) {
		t.Errorf("reading ended with %v, want %v", err, want)
	}
	select {
	case err := <-ended:
		t.Errorf("reading ended a second time, with %v", err)
	case <-time.After(10 * time.Millisecond):
	}
}

func TestLinkReadsToTheEnd(t *testing.T) {
	links(t, func(t *testing.T, client *net.TCPConn, l link) {
		told, ended := started(l, string(wiretest.Bytes(wiretest.Texts("early")...)))
		client.Write(wiretest.Bytes(wiretest.Texts("a", strings.Repeat("b", 100_000), "c")...))
		client.CloseWrite()
		wantEnd(t, ended, io.EOF)
		if len(told.lines) != 4 || told.lines[0] != "text early" || told.lines[3] != "text c" {
			t.Errorf("the handler was told %.100q", told.lines)
		}
	})
}

// The peer may have said everything, and hung up, before anybody listens.
func TestLinkThatStartsBehindTheEnd(t *testing.T) {
	links(t, func(t *testing.T, client *net.TCPConn, l link) {
		client.Write(wiretest.Bytes(wiretest.Texts("a", "b")...))
		client.CloseWrite()
		time.Sleep(20 * time.Millisecond) // so that the end has arrived too
		told, ended := started(l, "")
		wantEnd(t, ended, io.EOF)
		if len(told.lines) != 2 {
			t.Errorf("the handler was told %q", told.lines)
		}
	})
}

func TestLinkThatIsStopped(t *testing.T) {
	links(t, func(t *testing.T, _ *net.TCPConn, l link) {
		_, ended := started(l, "")
		for range 3 {
			l.stop()
		}
		wantEnd(t, ended, errStopped)
		l.stop()
	})
}

// A session may end between the upgrade request and the start of its link.
func TestLinkThatIsStoppedBeforeItStarts(t *testing.T) {
	links(t, func(t *testing.T, _ *net.TCPConn, l link) {
		l.stop()
		_, ended := started(l, "")
		if endOf(t, ended) == nil {
			t.Error("reading ended without a reason")
		}
	})
}

func TestLinkThatIsStoppedInAWhile(t *testing.T) {
	links(t, func(t *testing.T, _ *net.TCPConn, l link) {
		_, ended := started(l, "")
		l.stopIn(20 * time.Millisecond)
		if endOf(t, ended) == nil {
			t.Error("reading ended without a reason")
		}
	})
}

// What does not fit into the kernel's buffers follows as the peer reads.
func TestLinkWritesTheRest(t *testing.T) {
	links(t, func(t *testing.T, client *net.TCPConn, l link) {
		started(l, "")
		data := strings.Repeat("0123456789abcdef", 1<<19)
		n, err := l.tryWrite([]byte(data))
		if err != nil || n == len(data) {
			t.Fatalf("the kernel took %d bytes of %d, %v", n, len(data), err)
		}
		got := make([]byte, len(data))
		if _, err := io.ReadFull(client, got[:n]); err != nil { // there is room before anybody waits for it
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		done := make(chan error, 1)
		l.writeRest([]byte(data[n:]), time.Minute, func(err error) { done <- err })
		if _, err := io.ReadFull(client, got[n:]); err != nil || string(got) != data {
			t.Fatalf("the peer got something else (%v)", err)
		}
		if err := <-done; err != nil {
			t.Errorf("done with %v", err)
		}
	})
}

func TestLinkGivesUpOnAPeerThatStandsStill(t *testing.T) {
	links(t, func(t *testing.T, _ *net.TCPConn, l link) {
		started(l, "")
		data := make([]byte, 16<<20)
		n, _ := l.tryWrite(data)
		done := make(chan error, 2)
		l.writeRest(data[n:], 100*time.Millisecond, func(err error) { done <- err })
		if err := <-done; err == nil {
			t.Error("done without an error")
		}
	})
}

// A session whose handler waits at its end holds no other connection.
func TestEndThatWaitsHoldsNobodyElse(t *testing.T) {
	proceed := make(chan struct{})
	defer close(proceed)
	f := serve(t, options(), hooks{
		received: func(s *Session, b *Batch, data []byte, _ bool) { b.Send(s, text(string(data))) },
		closed:   func(*Session, Reason) { <-proceed },
	})
	for _, end := range []string{"by the client", "by the server"} {
		for range 2 * runtime.GOMAXPROCS(0) {
			w, s := f.ws(t)
			if end == "by the client" {
				w.Conn.Close()
			} else {
				go s.Close() // ends when the handler goes on
			}
		}
	}
	for range 2 * runtime.GOMAXPROCS(0) {
		w := wiretest.Dial(t, f.addr, target+WebSocket)
		w.Next(t)
		w.Send(t, "4still there?")
		w.Want(t, "4still there?")
	}
}

// What is left of a write to a link that has been closed meanwhile fails at once.
func TestRestForAClosedLink(t *testing.T) {
	links(t, func(t *testing.T, _ *net.TCPConn, l link) {
		l.close()
		done := make(chan error, 1)
		l.writeRest([]byte("x"), wiretest.Patience, func(err error) { done <- err })
		within(t, "the write ends", func() {
			if err := <-done; err == nil {
				t.Error("it has gone out")
			}
		})
	})
}
