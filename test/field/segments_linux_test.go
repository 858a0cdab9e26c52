//go:build field

package field

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"signaling/internal/wiretest"
)

// segments returns how many segments with data the connection has received.
func segments(t *testing.T, conn *net.TCPConn) int {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var info *unix.TCPInfo
	control := raw.Control(func(fd uintptr) {
		info, err = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	})
	if control != nil || err != nil {
		t.Fatal(control, err)
	}
	return int(info.Data_segs_in)
}

// Clients that look for one thing in each segment, of which there are many, find
// the first packets of a session in segments of their own.
func TestFirstPacketsComeInSegmentsOfTheirOwn(t *testing.T) {
	const tries = 20
	s := run(t, protocolProgram, "-addr", "127.0.0.1:0")
	for _, row := range []struct {
		name, target, send string
		together           []string // of which each is the beginning of a frame
	}{
		{"the answer to the upgrade and the open packet", "/socket.io/?EIO=4&transport=websocket", "", []string{"0"}},
		{"the same of the engine alone", "/engine.io/?EIO=4&transport=websocket", "", []string{"0"}},
		{"the reply to CONNECT and the first event", "/socket.io/?EIO=4&transport=websocket", "40", []string{"40", `42["auth"`}},
		{"the same of another namespace", "/socket.io/?EIO=4&transport=websocket", "40/custom,", []string{"40/custom,", `42/custom,["auth"`}},
		{"the packets of revision 3", "/socket.io/?EIO=3&transport=websocket", "", []string{"0", "40", `42["auth"`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			apart := 0
			for range tries {
				conn := wiretest.DialTCP(t, s.addr)
				reader := bufio.NewReader(conn)
				want := len(row.together)
				io.WriteString(conn, wiretest.Handshake(row.target))
				for line := ""; line != "\r\n"; {
					var err error
					if line, err = reader.ReadString('\n'); err != nil {
						t.Fatal(err)
					}
				}
				before := 0
				if row.send == "" {
					want++ // the answer to the upgrade
				} else {
					next(t, reader, "0")
					before = segments(t, conn)
					conn.Write(wiretest.Bytes(wiretest.Texts(row.send)...))
				}
				for _, packet := range row.together {
					next(t, reader, packet)
				}
				if segments(t, conn)-before >= want {
					apart++
				}
				conn.Close()
			}
			if apart < tries {
				t.Errorf("they came apart %d times of %d", apart, tries)
			}
		})
	}
}

// next reads a frame that begins with the packet, behind heartbeats.
func next(t *testing.T, reader *bufio.Reader, packet string) {
	t.Helper()
	for {
		f, err := wiretest.ReadFrame(reader)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Payload, packet) {
			return
		}
		if f.Payload != "2" {
			t.Fatalf("got %.100q, want %q", f.Payload, packet)
		}
	}
}
