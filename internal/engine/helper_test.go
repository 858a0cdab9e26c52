package engine

import (
	"encoding/json"
	"io"
	"net"
	"testing"

	"signaling/internal/wiretest"
)

// openedID returns the session's id from the text of an open packet.
func openedID(t *testing.T, packet string) string {
	t.Helper()
	var open struct{ SID string }
	if len(packet) == 0 || packet[0] != '0' {
		t.Fatalf("%.100q is no open packet", packet)
	}
	if err := json.Unmarshal([]byte(packet[1:]), &open); err != nil {
		t.Fatalf("open packet %.100q: %v", packet, err)
	}
	return open.SID
}

// raw sends a request as it is written and returns all that comes back until
// the server closes the connection.
func raw(t *testing.T, addr, request string) string {
	t.Helper()
	conn := wiretest.DialTCP(t, addr)
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("read the answer: %v after %q", err, all)
	}
	return string(all)
}

// setLinger sets SO_LINGER of a TCP connection.
func setLinger(t *testing.T, conn net.Conn, seconds int) {
	t.Helper()
	if err := conn.(*net.TCPConn).SetLinger(seconds); err != nil {
		t.Fatal(err)
	}
}
