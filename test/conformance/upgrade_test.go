package conformance

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// probe opens a WebSocket beside a polling session and has it probed.
func probe(t *testing.T, s *pollSession) *webSocket {
	t.Helper()
	ws := dialWebSocket(t, s.base, s.webSocket(), nil)
	ws.send(t, text("2probe"))
	ws.want(t, text("3probe"))
	return ws
}

// upgrade moves a polling session to WebSocket.
func upgrade(t *testing.T, s *pollSession) *webSocket {
	t.Helper()
	ws := probe(t, s)
	ws.send(t, text("5"))
	return ws
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		ws := probe(t, s)
		// The server sends a noop, so that the client is free to stop polling.
		s.get(t).want(t, http.StatusOK, rev.payload("6"))
		ws.send(t, text("5"), text("4hello"), binaryOf(4, 1, 2))
		ws.heartbeats(rev)
		ws.want(t, text("4hello"), binaryOf(4, 1, 2))
	})
}

func TestUpgradeOnTheSocketPath(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{socketPath, rev}, "")
		s.greet(t)
		ws := upgrade(t, s)
		ws.heartbeats(rev)
		ws.send(t, text(`42["message",1]`))
		ws.want(t, text(`42["message-back",1]`))
	})
}

func TestUpgradeFreesAHeldPollBeforeItsEnd(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		probe(t, s)
		s.poll.receive(t).want(t, http.StatusOK, rev.payload("6"))
	})
}

// A client that does not wait for its poll gets it ended by the upgrade packet.
func TestUpgradeEndsAHeldPoll(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		ws := dialWebSocket(t, s.base, s.webSocket(), nil)
		ws.send(t, text("2probe"), text("5"))
		ws.want(t, text("3probe"))
		s.poll.receive(t).want(t, http.StatusOK, rev.payload("1"))
		ws.heartbeats(rev)
		ws.send(t, text("4hello"))
		ws.want(t, text("4hello"))
	})
}

func TestPollsAreRefusedAfterUpgrade(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		s := openPolling(t, protocolURL, e, "")
		s.greet(t)
		ws := upgrade(t, s)
		ws.heartbeats(e.rev)
		time.Sleep(settle) // the upgrade packet goes another way than the poll
		s.get(t).want(t, http.StatusBadRequest, badRequest)
		s.post(t, "4hello").want(t, http.StatusBadRequest, badRequest)
		if e.path == enginePath {
			ws.send(t, text("4hello"))
			ws.want(t, text("4hello"))
		}
	})
}

func TestSecondWebSocketIsClosed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		first func(*testing.T, *pollSession) *webSocket
	}{
		{"after the upgrade", upgrade},
		{"during the upgrade", probe},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachEndpoint(t, func(t *testing.T, e endpoint) {
				s := openPolling(t, protocolURL, e, "")
				s.greet(t)
				ws := tc.first(t, s)
				dialWebSocket(t, s.base, s.webSocket(), nil).wantClose(t, closeNoCode)
				ws.send(t, text("5"))
				if e.path == enginePath {
					ws.heartbeats(e.rev)
					ws.send(t, text("4hello"))
					ws.want(t, text("4hello"))
				}
			})
		})
	}
}

func TestFailedUpgradeLeavesTheSessionOnPolling(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		send  []message
		probe bool
	}{
		{"a message in place of the probe", []message{text("4hello")}, false},
		{"a ping that is no probe", []message{text("2")}, false},
		{"an unknown packet", []message{text("abc")}, false},
		{"a message after the probe", []message{text("4hello")}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
				ws := dialWebSocket(t, s.base, s.webSocket(), nil)
				if tc.probe {
					ws.send(t, text("2probe"))
				}
				ws.send(t, tc.send...)
				ws.wantClose(t, closeNoCode)
				s.post(t, "4on polling").want(t, http.StatusOK, "ok")
				s.want(t, "4on polling")
				// It may try again.
				again := upgrade(t, s)
				again.heartbeats(rev)
				again.send(t, text("4on WebSocket"))
				again.want(t, text("4on WebSocket"))
			})
		})
	}
}

func TestAbandonedUpgradeLeavesTheSessionOnPolling(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		probe(t, s).conn.Close()
		time.Sleep(settle)
		s.post(t, "4on polling").want(t, http.StatusOK, "ok")
		s.want(t, "4on polling")
		ws := upgrade(t, s)
		ws.heartbeats(rev)
		ws.send(t, text("4on WebSocket"))
		ws.want(t, text("4on WebSocket"))
	})
}

// An upgrade packet without a probe before it is enough.
func TestUpgradeWithoutProbe(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		ws := dialWebSocket(t, s.base, s.webSocket(), nil)
		ws.heartbeats(rev)
		ws.send(t, text("5"), text("4hello"))
		ws.want(t, text("4hello"))
	})
}

// What the server has to say between the probe and the upgrade packet goes to
// polling, what was not fetched there comes first on the WebSocket.
func TestNothingIsLostAcrossTheUpgrade(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.post(t, "4first").want(t, http.StatusOK, "ok")
		ws := probe(t, s)
		s.want(t, "4first")
		var want []message
		for i := range 50 {
			p := fmt.Sprintf("4waiting %d", i)
			s.post(t, p).want(t, http.StatusOK, "ok")
			want = append(want, text(p))
		}
		ws.heartbeats(rev)
		ws.send(t, text("5"), text("4last"))
		ws.want(t, append(want, text("4last"))...)
	})
}

func TestClosingDuringAnUpgradeClosesBothTransports(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		ws := probe(t, s)
		s.post(t, "1").want(t, http.StatusOK, "ok")
		ws.wantClose(t, closeNoCode)
		s.wantGone(t)
	})
}

// After ten seconds only the WebSocket is closed.
func TestUpgradeThatIsNeverCompletedIsClosed(t *testing.T) {
	t.Parallel()
	s := openPolling(t, serverURL, endpoint{socketPath, revision4}, "")
	s.poll.hangUp() // an idle connection would not last that long
	ws := probe(t, s)
	done := time.After(2 * patience)
	for {
		select {
		case _, ok := <-ws.messages:
			if ok {
				t.Fatal("a message came on a WebSocket that was not upgraded to")
			}
			if ws.closing.code != closeNoCode {
				t.Errorf("closed with %d, want %d", ws.closing.code, closeNoCode)
			}
			s.post(t, "40").want(t, http.StatusOK, "ok")
			s.receive(t, 1)
			return
		case <-done:
			t.Fatal("the WebSocket stays open")
		}
	}
}
