package conformance

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// pollSession is a session on HTTP long-polling with the two connections that a
// browser keeps: one for polls, one for POSTs.
type pollSession struct {
	endpoint
	base, sid  string
	poll, push *httpConn
}

// openPolling performs the handshake. extra is added to its query and to every
// later one ("&b64=1").
func openPolling(t *testing.T, base string, e endpoint, extra string) *pollSession {
	t.Helper()
	s := &pollSession{endpoint: e, base: base, poll: newHTTPConn(t, base), push: newHTTPConn(t, base)}
	res := s.poll.do(t, "GET", e.query("polling")+extra, nil, "")
	if res.status != http.StatusOK {
		t.Fatalf("handshake: got %d %q", res.status, res.body)
	}
	packets := e.rev.packets(t, res.body)
	if len(packets) != 1 {
		t.Fatalf("the first poll carries the open packet alone, got %q", res.body)
	}
	s.sid = sessionID(t, packets[0])
	return s
}

func (s *pollSession) target() string    { return s.query("polling") + "&sid=" + s.sid }
func (s *pollSession) webSocket() string { return s.query("websocket") + "&sid=" + s.sid }

// get polls once.
func (s *pollSession) get(t *testing.T) response {
	t.Helper()
	return s.poll.do(t, "GET", s.target(), nil, "")
}

// hold sends a poll and leaves it with the server; s.poll.receive gets its answer.
func (s *pollSession) hold(t *testing.T) {
	t.Helper()
	s.poll.send(t, "GET", s.target(), nil, "")
	time.Sleep(settle)
}

// post sends text packets in one POST.
func (s *pollSession) post(t *testing.T, packets ...string) response {
	t.Helper()
	return s.postBody(t, s.rev.payload(packets...))
}

func (s *pollSession) postBody(t *testing.T, body string) response {
	t.Helper()
	header := http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}
	return s.push.do(t, "POST", s.target(), header, body)
}

// receive polls until n packets other than heartbeats have come, and answers
// the heartbeats of revision 4.
func (s *pollSession) receive(t *testing.T, n int) []string {
	t.Helper()
	var got []string
	for len(got) < n {
		res := s.get(t)
		if res.status != http.StatusOK {
			t.Fatalf("poll: got %d %q after %q", res.status, res.body, got)
		}
		for _, p := range s.rev.packets(t, res.body) {
			switch {
			case s.rev == revision4 && p == "2":
				s.post(t, "3").want(t, http.StatusOK, "ok")
			case s.rev == revision3 && p == "3", p == "6":
			default:
				got = append(got, p)
			}
		}
	}
	return got
}

// want polls until exactly these packets have come.
func (s *pollSession) want(t *testing.T, packets ...string) {
	t.Helper()
	if got := s.receive(t, len(packets)); !slices.Equal(got, packets) {
		t.Fatalf("got packets %q, want %q", got, packets)
	}
}

// greet joins the main namespace of a Socket.IO server, which revision 3 does by
// itself, and reads what the server has to say to that.
func (s *pollSession) greet(t *testing.T) {
	t.Helper()
	if s.path != socketPath {
		return
	}
	if s.rev == revision4 {
		s.post(t, "40").want(t, http.StatusOK, "ok")
	}
	s.receive(t, 2) // the answer to the CONNECT, and the auth event
}

// wantGone checks that the session is over: its id is unknown.
func (s *pollSession) wantGone(t *testing.T) {
	t.Helper()
	s.get(t).want(t, http.StatusBadRequest, `{"code":1,"message":"Session ID unknown"}`)
}
