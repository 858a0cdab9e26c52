package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"signaling/internal/http1"
	"signaling/internal/netpoll"
	"signaling/internal/packet"
	"signaling/internal/websocket"
)

// candidateSize and descriptionSize are the lengths of a usual candidate and of a
// usual session description.
const (
	candidateSize   = 200
	descriptionSize = 1500
)

// sink is a Conn whose peer takes everything at once.
type sink struct{ written int }

func (*sink) Start(netpoll.Handler)   {}
func (*sink) Stop()                   {}
func (*sink) StopAfter(time.Duration) {}
func (*sink) CloseWrite()             {}
func (*sink) CloseAfterPeer()         {}
func (*sink) CloseNow()               {}
func (c *sink) Send(p []byte) error   { _, err := c.TryWrite(p); return err }
func (c *sink) TryWrite(p []byte) (int, error) {
	c.written += len(p)
	return len(p), nil
}
func (*sink) WriteRest([]byte, time.Duration, func(error)) { panic("there is no rest") }

// BenchmarkFlush sends one packet to many sessions, without the system's share.
func BenchmarkFlush(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			srv := NewServer(options(), nil)
			sessions := make([]*Session, n)
			for i := range sessions {
				s := &Session{srv: srv, revision: packet.Revision4}
				s.transport = &webSocketTransport{s: s, conn: websocket.New(&sink{}, websocket.Options{})}
				sessions[i] = s
			}
			packet := text(strings.Repeat("x", descriptionSize))
			b.ReportAllocs()
			for b.Loop() {
				var batch Batch
				for _, s := range sessions {
					batch.Send(s, packet)
				}
				batch.Flush()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/delivery")
		})
	}
}

// silent is a Handler that does nothing.
type silent struct{}

func (silent) Opened(*Session, *Batch)                 {}
func (silent) Received(*Session, *Batch, []byte, bool) {}
func (silent) Closed(*Session, Reason)                 {}

// BenchmarkPoll is a poll that is held, then answered with one packet, over TCP.
// Its allocations are what it is for: most of the time is the client's waiting.
func BenchmarkPoll(b *testing.B) {
	for _, way := range []string{"http1", "net/http"} {
		b.Run(way, func(b *testing.B) {
			srv := NewServer(options(), silent{})
			web := httptest.NewUnstartedServer(srv)
			if way == "http1" {
				fast, err := http1.NewServer(web.Listener, http1Options(srv))
				if err != nil {
					b.Skip(err)
				}
				web.Listener = fast
				b.Cleanup(func() { fast.Shutdown(context.Background()) })
			}
			web.Start()
			b.Cleanup(func() { srv.Close(); web.Close() })
			conn, err := net.Dial("tcp", web.Listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			answer := make([]byte, 4096)
			exchange := func(request string) string {
				if _, err := io.WriteString(conn, request); err != nil {
					b.Fatal(err)
				}
				n, err := conn.Read(answer)
				if err != nil {
					b.Fatal(err)
				}
				return string(answer[:n])
			}
			open := exchange("GET " + target + Polling + " HTTP/1.1\r\nHost: x\r\n\r\n")
			_, sid, _ := strings.Cut(open, `"sid":"`)
			sid, _, _ = strings.Cut(sid, `"`)
			s := srv.Session(sid)
			poll := []byte("GET " + target + Polling + "&sid=" + sid + " HTTP/1.1\r\nHost: x\r\n\r\n")
			packet := text(strings.Repeat("x", candidateSize))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(poll); err != nil {
					b.Fatal(err)
				}
				for !s.Writable() { // until the poll is held
					time.Sleep(20 * time.Microsecond)
				}
				s.Send(packet)
				if _, err := conn.Read(answer); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
