package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestMessagesOverPolling(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		packets []string
	}{
		{"one text packet", []string{"4hello"}},
		{"several text packets", []string{"4test1", "4test2", "4test3"}},
		{"an empty message", []string{"4"}},
		{"characters of every plane", []string{"4€", "4\U0001F600 and \u2028", "4\u0000"}},
		{"digits and colons", []string{"41:2", "4:4"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
				res := s.post(t, tc.packets...)
				res.want(t, http.StatusOK, "ok")
				res.wantHeader(t, "Content-Type", "text/html")
				s.want(t, tc.packets...)
			})
		})
	}
}

// Messages sent in one POST while no poll is held come back in one poll.
func TestMessagesShareAPoll(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		packets := []string{"4test1", "4test2", "4test3"}
		s.post(t, packets...).want(t, http.StatusOK, "ok")
		s.get(t).want(t, http.StatusOK, rev.payload(packets...))
	})
}

func TestMessageEndsAHeldPoll(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		s.post(t, "4now").want(t, http.StatusOK, "ok")
		res := s.poll.receive(t)
		res.want(t, http.StatusOK, rev.payload("4now"))
		res.wantHeader(t, "Content-Type", "text/plain; charset=UTF-8")
		res.wantHeader(t, "Cache-Control", "no-store")
		res.wantHeader(t, "Content-Length", fmt.Sprint(len(res.body)))
	})
}

func TestBinaryMessagesOverPollingOfRevision4(t *testing.T) {
	t.Parallel()
	s := openPolling(t, protocolURL, endpoint{enginePath, revision4}, "")
	s.post(t, "4hello", "bAQIDBA==").want(t, http.StatusOK, "ok")
	s.want(t, "4hello", "bAQIDBA==")
}

func TestInvalidPacketsOverPolling(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		body map[revision]string
	}{
		{"an unknown packet type", map[revision]string{revision4: "abc", revision3: "3:abc"}},
		{"a type beyond the last", map[revision]string{revision4: "7", revision3: "1:7"}},
		{"an empty body", map[revision]string{revision4: "", revision3: ""}},
		{"no length", map[revision]string{revision3: "abc"}},
		{"a length that is too long", map[revision]string{revision3: "9:4hello"}},
		{"a length that is no number", map[revision]string{revision3: "x:4hello"}},
		{"an empty length", map[revision]string{revision3: ":4hello"}},
		{"a length in bytes", map[revision]string{revision3: "4:4€"}},
		{"something after the last packet", map[revision]string{revision3: "1:67"}},
		{"a heartbeat in the wrong direction", map[revision]string{revision4: "2", revision3: "1:3"}},
	} {
		for rev, body := range tc.body {
			t.Run(fmt.Sprintf("revision %d %s", rev, tc.name), func(t *testing.T) {
				t.Parallel()
				s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
				s.hold(t)
				res, dropped := s.postOrDrop(t, body)
				if !dropped {
					res.want(t, http.StatusOK, "ok")
				}
				s.poll.receive(t).want(t, http.StatusOK, rev.payload("1"))
				s.wantGone(t)
			})
		}
	}
}

// postOrDrop posts a body that the server may answer by dropping the connection.
func (s *pollSession) postOrDrop(t *testing.T, body string) (res response, dropped bool) {
	t.Helper()
	s.push.send(t, "POST", s.target(), http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}, body)
	return s.push.receiveOrDrop(t)
}

func TestMessagesOverWebSocket(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		for name, m := range map[string]message{
			"text":                     text("4hello"),
			"an empty message":         text("4"),
			"every plane":              text("4€ \U0001F600 \u2028 \u0000"),
			"126 bytes":                text("4" + strings.Repeat("a", 125)),
			"more than 16 bits":        text("4" + strings.Repeat("b", 70_000)),
			"binary":                   binaryOf(4, 1, 2, 3, 4),
			"binary that is not UTF-8": binaryOf(4, 0xFF, 0xFE, 0),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				ws := openWebSocket(t, protocolURL, endpoint{enginePath, rev}, "")
				ws.send(t, m)
				ws.want(t, m)
			})
		}
	})
}

// openWebSocket performs the handshake on WebSocket and keeps the session alive.
func openWebSocket(t *testing.T, base string, e endpoint, extra string) *webSocket {
	t.Helper()
	ws := dialWebSocket(t, base, e.query("websocket")+extra, nil)
	sessionID(t, ws.next(t).data)
	ws.heartbeats(e.rev)
	return ws
}

func TestMessagesKeepTheirOrderOverWebSocket(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		ws := openWebSocket(t, protocolURL, endpoint{enginePath, rev}, "")
		var all []message
		for i := range 500 {
			all = append(all, text(fmt.Sprintf("4%d", i)), binaryOf(4, byte(i), byte(i>>8)))
		}
		ws.send(t, all...)
		ws.want(t, all...)
	})
}

func TestInvalidPacketsOverWebSocket(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		data string
		revs []revision
	}{
		{"an unknown packet type", "abc", []revision{revision3, revision4}},
		{"a type beyond the last", "7", []revision{revision3, revision4}},
		{"an empty frame", "", []revision{revision3, revision4}},
		{"a ping from a client of revision 4", "2", []revision{revision4}},
		{"a pong from a client of revision 3", "3", []revision{revision3}},
	} {
		for _, rev := range tc.revs {
			t.Run(fmt.Sprintf("revision %d %s", rev, tc.name), func(t *testing.T) {
				t.Parallel()
				ws := openWebSocket(t, protocolURL, endpoint{enginePath, rev}, "")
				ws.send(t, text(tc.data))
				ws.wantClose(t, closeNoCode)
			})
		}
	}
}
