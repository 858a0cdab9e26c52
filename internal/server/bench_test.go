package server

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
)

// BenchmarkRequest is a request on a connection that stays, within the limits and
// without any.
func BenchmarkRequest(b *testing.B) {
	limited := func(ctx context.Context, l net.Listener) {
		Serve(ctx, l, Site{Handler: ok}, func() {}, slog.New(slog.DiscardHandler))
	}
	bare := func(ctx context.Context, l net.Listener) {
		srv := http.Server{Handler: ok}
		context.AfterFunc(ctx, func() { srv.Close() })
		srv.Serve(l)
	}
	for name, serve := range map[string]func(context.Context, net.Listener){"limited": limited, "bare": bare} {
		b.Run(name, func(b *testing.B) {
			l, err := Listen("127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan struct{})
			go func() { // ends with cancel
				serve(ctx, l)
				close(ended)
			}()
			defer func() {
				cancel()
				<-ended
			}()
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			r := bufio.NewReader(conn)
			b.ReportAllocs()
			for b.Loop() {
				io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
				res, err := http.ReadResponse(r, nil)
				if err != nil {
					b.Fatal(err)
				}
				io.Copy(io.Discard, res.Body)
			}
		})
	}
}
