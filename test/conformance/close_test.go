package conformance

import (
	"net/http"
	"strconv"
	"testing"
	"time"
)

func TestClientClosesOverPolling(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		s := openPolling(t, protocolURL, e, "")
		s.greet(t)
		s.hold(t)
		s.post(t, "1").want(t, http.StatusOK, "ok")
		s.poll.receive(t).want(t, http.StatusOK, e.rev.payload("6"))
		s.wantGone(t)
	})
}

func TestClientClosesOverPollingWithNoPollHeld(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		s := openPolling(t, protocolURL, e, "")
		s.post(t, "1").want(t, http.StatusOK, "ok")
		s.wantGone(t)
	})
}

// What follows a close packet in the same body is not looked at any more.
func TestNothingCountsAfterAClosePacket(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		s.post(t, "1", "4late").want(t, http.StatusOK, "ok")
		s.poll.receive(t).want(t, http.StatusOK, rev.payload("6"))
		s.wantGone(t)
	})
}

// On WebSocket a client closes the connection itself. Of one that only says so
// the session ends with the heartbeat, as it does in Node.
func TestClientClosesOverWebSocket(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		ws := dialWebSocket(t, protocolURL, e.query("websocket"), nil)
		ws.send(t, text("1"))
		ws.wantClose(t, closeNoCode)
	})
}

// A poll that the client gives up ends the session.
func TestCancelledPollEndsTheSession(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		s.poll.hangUp()
		time.Sleep(settle)
		s.wantGone(t)
	})
}

// So does a POST whose connection breaks in the middle of the body.
func TestCancelledPostEndsTheSession(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		s.push.sendHalf(t, s.target(), "4never finished")
		time.Sleep(settle)
		s.push.hangUp()
		s.poll.receive(t).want(t, http.StatusOK, rev.payload("1"))
		s.wantGone(t)
	})
}

// sendHalf writes a POST that claims twice the body it sends.
func (c *httpConn) sendHalf(t *testing.T, target, body string) {
	t.Helper()
	if c.conn == nil {
		c.dial(t)
	}
	c.asked, _ = http.NewRequest("POST", c.base+target, nil)
	head := "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: "
	if _, err := c.conn.Write([]byte(head + strconv.Itoa(2*len(body)) + "\r\n\r\n" + body)); err != nil {
		t.Fatalf("write half a POST: %v", err)
	}
}
