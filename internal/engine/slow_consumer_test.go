package engine

import (
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// narrow is a listener whose connections have small buffers in the kernel, so
// that a peer that does not read shows soon.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err == nil {
		conn.(*net.TCPConn).SetWriteBuffer(8 << 10)
	}
	return conn, err
}

// deaf opens a session over a WebSocket whose client reads nothing but the open
// packet, into a small buffer.
func (f *fixture) deaf(t *testing.T) *Session {
	t.Helper()
	conn := wiretest.DialTCP(t, f.addr)
	if err := conn.SetReadBuffer(8 << 10); err != nil {
		t.Fatal(err)
	}
	w, err := wiretest.Open(conn, target+WebSocket)
	if err != nil {
		t.Fatal(err)
	}
	return f.session(t, openedID(t, w.Next(t).Payload))
}

// A receiver that does not read is closed at whatever bound comes first, and the
// others get all of theirs meanwhile.
func TestSlowConsumerIsClosed(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Options)
		size   int // of a packet
	}{
		{"at the bound in bytes", func(o *Options) { o.MaxQueueBytes = 300_000 }, 10_000},
		{"at the bound in packets", func(o *Options) { o.MaxQueuePackets = 200 }, 1_000},
		{"at the write timeout", func(o *Options) { o.WriteTimeout = 200 * time.Millisecond }, 100_000},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.MaxQueueBytes, opts.MaxQueuePackets, opts.WriteTimeout = 1<<30, 1<<30, time.Hour
			row.change(&opts)
			var deaf atomic.Pointer[Session]
			over := make(chan struct{})
			f := serveOn(t, opts, hooks{closed: func(s *Session, reason Reason) {
				switch {
				case s == deaf.Load():
					if reason != SlowConsumer {
						t.Errorf("the reason is %q, want %q", reason, SlowConsumer)
					}
					close(over)
				case reason == SlowConsumer:
					t.Error("a client that reads is closed as a slow consumer")
				}
			}}, func(web *httptest.Server) { web.Listener = narrow{web.Listener} })
			good := []*wiretest.WebSocket{nil, nil, nil}
			receivers := []*Session{nil, nil, nil, nil}
			for i := range good {
				good[i], receivers[i] = f.ws(t)
			}
			slow := f.deaf(t)
			deaf.Store(slow)
			receivers[len(good)] = slow

			broadcastUntil(t, over, good, receivers, row.size)
			if f.Session(slow.ID()) != nil {
				t.Error("the server still knows the slow consumer")
			}
		})
	}
}

// broadcastUntil sends packets to all receivers, each when the clients have read
// the one before, until over is closed and a few more have arrived.
func broadcastUntil(t *testing.T, over <-chan struct{}, clients []*wiretest.WebSocket, receivers []*Session, size int) {
	t.Helper()
	filler := strings.Repeat("x", size)
	for i, more := 0, 10; more > 0; i++ {
		if i == 100_000 {
			t.Fatal("the slow consumer is not closed")
		}
		payload := fmt.Sprint(i, " ", filler)
		p := text(payload)
		for _, s := range receivers {
			s.Send(p)
		}
		for _, w := range clients {
			w.Want(t, "4"+payload)
		}
		select {
		case <-over:
			more--
		default:
		}
	}
}

func TestClientThatDoesNotPollIsClosedAtTheBounds(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Options)
		fits   int // packets of 100 bytes
	}{
		{"in bytes", func(o *Options) { o.MaxQueueBytes = 5000 }, 5000 / (100 + packet.Headroom)},
		{"in packets", func(o *Options) { o.MaxQueuePackets = 30 }, 30},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			opts := options()
			row.change(&opts)
			inBubble(t, opts, hooks{closed: closed}, func(t *testing.T, b *bubble) {
				s := b.polling(packet.Revision4)
				p := text(strings.Repeat("x", 100))
				for i := range row.fits {
					if s.Send(p); !s.Open() {
						t.Fatalf("closed at packet %d, %d fit", i+1, row.fits)
					}
				}
				if s.Send(p); s.Open() {
					t.Fatalf("still open with packet %d, %d fit", row.fits+1, row.fits)
				}
				want(SlowConsumer)
			})
		})
	}
}

// Progress counts, however slow: it is the receiver that stands still that ends.
func TestReceiverThatIsSlowButReads(t *testing.T) {
	for _, row := range []struct {
		name  string
		pause time.Duration // for each 1,024 bytes, of which a piece has 32
		open  bool
	}{
		{"fast enough for a piece in the write timeout", 600 * time.Millisecond, true},
		{"not fast enough", 700 * time.Millisecond, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.PingInterval = time.Hour
			inBubble(t, opts, hooks{}, func(t *testing.T, b *bubble) {
				c, s := b.ws(packet.Revision4)
				s.Send(text(strings.Repeat("x", 1<<20)))
				buf := make([]byte, 1024)
				for n := 0; n < 1<<20; {
					time.Sleep(row.pause)
					got, err := c.conn.Read(buf)
					if err != nil {
						break
					}
					n += got
				}
				synctest.Wait()
				if s.Open() != row.open {
					t.Errorf("the session is open: %v, want %v", s.Open(), row.open)
				}
				c.conn.Close()
			})
		})
	}
}

// One reader may make a queue long: what it handles is bounded by what it reads,
// and the queue must be too.
func TestQueueIsBoundedWithinABatch(t *testing.T) {
	opts := options()
	opts.MaxQueuePackets = 100
	var receiver atomic.Pointer[Session]
	longest := 0
	f := serve(t, opts, hooks{received: func(_ *Session, b *Batch, data []byte, _ bool) {
		s := receiver.Load()
		b.Send(s, text(string(data)))
		s.mu.Lock()
		longest = max(longest, s.queue.len())
		s.mu.Unlock()
	}})
	w, s := f.ws(t)
	receiver.Store(s)
	p, _ := f.polling(t)
	const n = 20_000
	packets := make([]string, n)
	for i := range packets {
		packets[i] = fmt.Sprint("4", i)
	}
	posted := make(chan error, 1)
	go func() { // ends with its request
		_, err := p.Do(t.Context(), "POST", p.Target, strings.Join(packets, "\x1e"))
		posted <- err
	}()
	for _, want := range packets {
		w.Want(t, want)
	}
	if err := <-posted; err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if longest > 2*opts.MaxQueuePackets {
		t.Errorf("the queue has held %d packets, its bound is %d", longest, opts.MaxQueuePackets)
	}
}
