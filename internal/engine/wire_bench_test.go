package engine

import (
	"context"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"signaling/internal/http1"
	"signaling/internal/wiretest"
)

// echoing sends back what it receives.
type echoing struct{ silent }

func (echoing) Received(s *Session, b *Batch, data []byte, binary bool) {
	b.Send(s, text(string(data)))
}

// benchServer runs a server whose requests http1 serves.
func benchServer(b *testing.B, h Handler) string {
	srv := NewServer(options(), h)
	web := httptest.NewUnstartedServer(srv)
	fast, err := http1.NewServer(web.Listener, http1Options(srv))
	if err != nil {
		b.Skip(err)
	}
	web.Listener = fast
	web.Start()
	b.Cleanup(func() {
		srv.Close()
		web.Close()
		fast.Shutdown(context.Background())
	})
	return web.Listener.Addr().String()
}

// BenchmarkEcho is the way of a message over a WebSocket: through the poller, the
// frame, the session, the handler and back, over TCP.
func BenchmarkEcho(b *testing.B) {
	addr := benchServer(b, echoing{})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, wiretest.Handshake(target+WebSocket))
	answer := make([]byte, 4096)
	for got := ""; !strings.Contains(got, `"sid"`); {
		n, err := conn.Read(answer)
		if err != nil {
			b.Fatal(err)
		}
		got += string(answer[:n])
	}
	frame := wiretest.Bytes(wiretest.Texts("4" + strings.Repeat("x", candidateSize))...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(frame); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadAtLeast(conn, answer, candidateSize+5); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRequest is a request and its response over TCP.
func BenchmarkRequest(b *testing.B) {
	addr := benchServer(b, silent{})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	request := []byte("GET " + target + Polling + "&sid=x HTTP/1.1\r\nHost: x\r\nUser-Agent: a\r\nAccept: */*\r\n\r\n")
	answer := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(answer); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkConnect is a client that connects, sends one request and leaves.
func BenchmarkConnect(b *testing.B) {
	addr := benchServer(b, silent{})
	request := []byte("GET " + target + Polling + "&sid=x HTTP/1.1\r\nHost: x\r\n\r\n")
	answer := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(answer); err != nil {
			b.Fatal(err)
		}
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
}
