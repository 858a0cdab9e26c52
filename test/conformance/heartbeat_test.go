package conformance

import (
	"net/http"
	"testing"
	"time"
)

// pingTimes are the protocol server's ping interval and timeout together: a
// session whose client says nothing is over after this long.
const pingTimes = 500 * time.Millisecond

func TestHeartbeatOverPolling(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		s := openPolling(t, protocolURL, e, "")
		s.greet(t)
		for range 3 {
			if e.rev == revision3 {
				s.post(t, "2").want(t, http.StatusOK, "ok")
				s.get(t).want(t, http.StatusOK, "1:3")
			} else {
				s.get(t).want(t, http.StatusOK, "2")
				s.post(t, "3").want(t, http.StatusOK, "ok")
			}
		}
	})
}

func TestHeartbeatOverWebSocket(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		ws := dialWebSocket(t, protocolURL, e.query("websocket"), nil)
		sessionID(t, ws.next(t).data)
		if e.path == socketPath {
			if e.rev == revision4 {
				ws.send(t, text("40"))
			}
			ws.next(t) // the answer to the CONNECT
			ws.want(t, text(`42["auth",{}]`))
		}
		for range 3 {
			if e.rev == revision3 {
				ws.send(t, text("2"))
				ws.want(t, text("3"))
			} else {
				ws.want(t, text("2"))
				ws.send(t, text("3"))
			}
		}
	})
}

// A session outlives its ping timeout many times over when the client answers.
func TestHeartbeatKeepsASessionAlive(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		ws := openWebSocket(t, protocolURL, endpoint{enginePath, rev}, "")
		time.Sleep(3 * pingTimes)
		ws.send(t, text("4still here"))
		ws.want(t, text("4still here"))
	})
}

// The reply to a ping of revision 3 carries none of the ping's data, unless it
// is the probe of an upgrade.
func TestHeartbeatOfRevision3HasNoPayload(t *testing.T) {
	t.Parallel()
	ws := dialWebSocket(t, protocolURL, endpoint{enginePath, revision3}.query("websocket"), nil)
	sessionID(t, ws.next(t).data)
	ws.send(t, text("2something"), text("2probe"))
	ws.want(t, text("3"), text("3"))
}

func TestPingTimeoutOverPolling(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		s := openPolling(t, protocolURL, e, "")
		time.Sleep(2 * pingTimes)
		s.wantGone(t)
		s.post(t, "2").want(t, http.StatusBadRequest, unknownSession)
	})
}

// A poll that is held while the session times out is ended, not left hanging.
func TestPingTimeoutEndsAHeldPoll(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		if rev == revision4 {
			s.get(t).want(t, http.StatusOK, "2")
		}
		s.get(t).want(t, http.StatusOK, rev.payload("1"))
		s.wantGone(t)
	})
}

func TestPingTimeoutOverWebSocket(t *testing.T) {
	t.Parallel()
	eachEndpoint(t, func(t *testing.T, e endpoint) {
		ws := dialWebSocket(t, protocolURL, e.query("websocket"), nil)
		ws.wantClose(t, closeNoCode)
	})
}

// After an upgrade the session is watched as before. (The Node reference
// forgets the timer of revision 3 there.)
func TestPingTimeoutAfterUpgrade(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		if peerIsNode && rev == revision3 {
			return
		}
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		upgrade(t, s).wantClose(t, closeNoCode)
	})
}
