package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// maxPayload is the limit on one POST or WebSocket message, in bytes.
//
// The limit is tried on the signaling server: the protocol server's heartbeat
// gives half a second for each message, and a megabyte can take longer than
// that on a busy machine.
const maxPayload = 1_000_000

// padded is a message event for the room of one socket, of exactly size bytes
// when it is sent.
func padded(id string, size int) (packet, heard string) {
	bare := messageTo(id, "").data
	words := strings.Repeat("x", size-len(bare))
	return messageTo(id, words).data, fmt.Sprintf(`42["message",%q]`, words)
}

func TestPostUpToTheLimit(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		receiver := join(t, serverURL, revision4)
		s, _ := joinPolling(t, rev)
		size := maxPayload
		if rev == revision3 {
			size -= len("999993:")
		}
		packet, heard := padded(receiver.id, size)
		s.post(t, packet).want(t, http.StatusOK, "ok")
		receiver.want(t, text(heard))
	})
}

// A body over the limit is refused, and the session lives on.
func TestPostOverTheLimit(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		for name, body := range map[string]string{
			"by one byte":              strings.Repeat("4", maxPayload+1),
			"by far":                   strings.Repeat("4", 3*maxPayload),
			"in bytes, not characters": strings.Repeat("€", maxPayload/3+1),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				receiver := join(t, serverURL, revision4)
				s, _ := joinPolling(t, rev)
				s.push.trySend(t, s.target(), body)
				if res, dropped := s.push.receiveOrDrop(t); !dropped {
					res.want(t, http.StatusRequestEntityTooLarge, "")
					s.push.hangUp()
				}
				s.post(t, messageTo(receiver.id, "still here").data).want(t, http.StatusOK, "ok")
				receiver.want(t, text(`42["message","still here"]`))
			})
		}
	})
}

// trySend is send for a body that the server may refuse before it has read it,
// so that writing it fails.
func (c *httpConn) trySend(t *testing.T, target, body string) {
	t.Helper()
	if c.conn == nil {
		c.dial(t)
	}
	c.asked, _ = http.NewRequest("POST", c.base+target, nil)
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", target, len(body))
	_, _ = c.conn.Write([]byte(head + body))
}

// What is over the limit on WebSocket is among the broken frames.
func TestWebSocketMessageUpToTheLimit(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		receiver := join(t, serverURL, rev)
		packet, heard := padded(receiver.id, maxPayload)
		join(t, serverURL, rev).send(t, text(packet))
		receiver.want(t, text(heard))
	})
}
