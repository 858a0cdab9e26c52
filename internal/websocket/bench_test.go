package websocket

import (
	"fmt"
	"strings"
	"testing"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

// counter is a Handler that counts messages.
type counter struct{ messages int }

func (*counter) Begin(*netpoll.Loop)  {}
func (*counter) End()                 {}
func (*counter) Control([]byte) error { return nil }
func (*counter) ReadEnded(error)      {}
func (c *counter) Message([]byte, bool) error {
	c.messages++
	return nil
}

// BenchmarkReadFrame is the way of a masked text frame from the read buffer to
// the handler. The sizes are those of a candidate, a session description, and
// one of a large call.
func BenchmarkReadFrame(b *testing.B) {
	for _, n := range []int{200, 1500, 20_000} {
		b.Run(fmt.Sprintf("%dB", n), func(b *testing.B) {
			frame := wiretest.Bytes(wiretest.Frame{Op: wiretest.Text, Payload: strings.Repeat("x", n)})
			c := New(nil, Options{MaxMessage: 1 << 20})
			var handled counter
			c.in.handler = &handled
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				c.in.Append(frame)
				if err := c.in.Arrived(nil); err != nil {
					b.Fatal(err)
				}
			}
			if handled.messages != b.N {
				b.Fatalf("%d of %d frames were handled", handled.messages, b.N)
			}
		})
	}
}
