package handlers

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// BenchmarkBroadcast sends an offer of 1.5 KB to all others over TCP. The
// receivers only count bytes, but their share is in the figure.
func BenchmarkBroadcast(b *testing.B) {
	for _, others := range []int{1, 100} {
		b.Run(fmt.Sprintf("to %d", others), func(b *testing.B) {
			f := serve(b)
			for _, p := range f.peers[1:] {
				p.Conn.Close()
			}
			receivers := make([]*wiretest.Peer, others)
			for i := range receivers {
				receivers[i] = wiretest.Connect(b, f.addr)
			}
			// Until those who left are no receivers any more, all others get this.
			f.peers[0].Send(b, `42["offer","begin"]`)
			for _, p := range receivers {
				p.Want(b, `42["offer","begin"]`)
			}
			offer := wiretest.Texts(`42["offer","` + strings.Repeat("x", 1500) + `"]`)
			size := len(wiretest.Bytes(offer...)) - 4 // the server's frames have no mask
			buf := make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				if err := f.peers[0].Write(offer...); err != nil {
					b.Fatal(err)
				}
				for _, p := range receivers {
					if err := readAll(p.Conn, buf); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*others), "ns/delivery")
		})
	}
}

func readAll(conn net.Conn, buf []byte) error {
	for n := 0; n < len(buf); {
		got, err := conn.Read(buf[n:])
		if err != nil {
			return err
		}
		n += got
	}
	return nil
}
