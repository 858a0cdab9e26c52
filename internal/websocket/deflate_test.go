package websocket

import (
	"fmt"
	"math"
	"net"
	"strings"
	"testing"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

// tcpPair returns both ends of a TCP connection.
func tcpPair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client = wiretest.DialTCP(t, l.Addr().String())
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

func TestCompressedMessagesAreRead(t *testing.T) {
	message := strings.Repeat("ab", 1000)
	wire := wiretest.Bytes(wiretest.Frame{Op: wiretest.Binary, Reserved: wiretest.Compressed, Payload: wiretest.Deflate(message)})
	for name, pair := range map[string]func() (client, server net.Conn){
		"a pipe": net.Pipe,
		"TCP":    func() (client, server net.Conn) { return tcpPair(t) },
	} {
		t.Run(name, func(t *testing.T) {
			client, server := pair()
			l := newLog()
			var group netpoll.Group
			defer group.Close()
			c := New(group.NewConn(server, func() {}), Options{MaxMessage: 1 << 20, Window: math.MaxInt})
			defer c.CloseNow()
			c.Start(l)
			client.Write(wire)
			client.Close()
			<-l.ended
			if len(l.lines) != 1 || l.lines[0] != "binary "+message {
				t.Errorf("the handler was called for %.100q", l.lines)
			}
		})
	}
}

func FuzzInflate(f *testing.F) {
	for _, message := range []string{"", "4a", strings.Repeat("x", 5000), "lv_VI97HAXpY6yYWAAAB"} {
		f.Add([]byte(message), uint16(1000))
		f.Add([]byte(wiretest.Deflate(message)), uint16(4999))
	}
	f.Fuzz(func(t *testing.T, data []byte, limit uint16) {
		in := inflaters.Get().(*inflater)
		defer in.release()
		if out, err := in.inflate(data, int(limit)); err == nil && len(out) > int(limit) {
			t.Errorf("%d bytes under a limit of %d", len(out), limit)
		} else if want, wantErr := wiretest.Inflate(string(data)); wantErr == nil && len(want) <= int(limit) && (err != nil || string(out) != want) {
			t.Errorf("%d bytes (%v), want %d", len(out), err, len(want))
		}
		plain := append(make([]byte, HeaderRoom), data...)
		frame := Deflate(plain[PutHeader(plain[:HeaderRoom], Binary, len(data)):])
		payload := string(FramePayload(frame))
		if frame[0]&rsv1Bit != 0 {
			out, err := in.inflate([]byte(payload), math.MaxInt-1)
			if payload = string(out); err != nil {
				t.Fatal(fmt.Errorf("what was compressed here: %w", err))
			}
		}
		if payload != string(data) {
			t.Errorf("%q comes back as %q", data, payload)
		}
	})
}
