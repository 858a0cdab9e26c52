package bridge

import (
	"strings"
	"testing"

	"signaling/internal/engine"
)

// BenchmarkReceive is what an event costs between the engine and its handler.
func BenchmarkReceive(b *testing.B) {
	server := New(options(), testLog())
	defer server.Close()
	handled := 0
	for _, name := range []string{"offer", "answer", "onicecandidate", "message"} {
		server.Handle("/", name, func(*Event) { handled++ })
	}
	sid := openPolling(b, server)
	post(server, sid, "40")
	session := server.engine.Session(sid)
	r := router{server}
	for _, row := range []struct{ name, text string }{
		{"an offer", `2["offer",{"type":"offer","sdp":"` + strings.Repeat(`a=rtpmap:111 opus\r\n`, 70) + `"}]`},
		{"a candidate", `2["onicecandidate",{"candidate":"` + strings.Repeat("c", 140) + `","sdpMid":"0","sdpMLineIndex":0}]`},
	} {
		b.Run(row.name, func(b *testing.B) {
			text := []byte(row.text)
			var batch engine.Batch
			handled = 0
			b.ReportAllocs()
			for b.Loop() {
				r.Received(session, &batch, text, false)
			}
			if handled < b.N {
				b.Errorf("%d of %d handled", handled, b.N)
			}
		})
	}
}
