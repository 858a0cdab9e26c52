package conformance

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestOverlappingPollsEndTheSession(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		fetch(t, s.base, "GET", s.target(), nil, "").want(t, http.StatusBadRequest, "")
		s.poll.receive(t).want(t, http.StatusOK, rev.payload("1"))
		s.wantGone(t)
	})
}

// The first of two overlapping POSTs loses its connection.
func TestOverlappingPostsEndTheSession(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.hold(t)
		s.push.sendHalf(t, s.target(), "4first")
		time.Sleep(settle)
		fetch(t, s.base, "POST", s.target(), nil, rev.payload("4second")).want(t, http.StatusBadRequest, "")
		if res, dropped := s.push.receiveOrDrop(t); !dropped {
			t.Errorf("the first POST got %d %q, want its connection dropped", res.status, res.body)
		}
		s.poll.receive(t).want(t, http.StatusOK, rev.payload("1"))
		s.wantGone(t)
	})
}

func TestPostOfAnyOtherContentTypeIsText(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		for _, contentType := range []string{"", "text/plain", "application/json", "application/octet-stream; charset=x", "x"} {
			header := http.Header{"Content-Type": {contentType}}
			if contentType == "" {
				header = nil
			}
			s.push.do(t, "POST", s.target(), header, rev.payload("4€")).want(t, http.StatusOK, "ok")
			s.want(t, "4€")
		}
	})
}

func TestPostOfBytesEndsASessionOfRevision4(t *testing.T) {
	t.Parallel()
	s := openPolling(t, protocolURL, endpoint{enginePath, revision4}, "")
	s.hold(t)
	header := http.Header{"Content-Type": {"application/octet-stream"}}
	s.push.do(t, "POST", s.target(), header, "4hello").want(t, http.StatusBadRequest, "")
	s.poll.receive(t).want(t, http.StatusOK, "1")
	s.wantGone(t)
}

func TestOtherMethodsOnASession(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		for _, method := range []string{"PUT", "DELETE", "PATCH"} {
			s.push.do(t, method, s.target(), nil, "").want(t, http.StatusInternalServerError, "")
		}
		s.post(t, "4still here").want(t, http.StatusOK, "ok")
		s.want(t, "4still here")
	})
}

// Polls and POSTs of one session may take turns on one connection.
func TestPollsAndPostsShareAConnection(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.push = s.poll
		for i := range 5 {
			p := fmt.Sprintf("4%d", i)
			s.post(t, p).want(t, http.StatusOK, "ok")
			s.want(t, p)
		}
	})
}

// A body may come in chunks, without a length.
func TestChunkedPost(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{enginePath, rev}, "")
		s.push.dial(t)
		s.push.asked, _ = http.NewRequest("POST", s.base+s.target(), nil)
		body := rev.payload("4€uro")
		request := "POST " + s.target() + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
		for i := range len(body) {
			request += "1\r\n" + body[i:i+1] + "\r\n"
		}
		if _, err := s.push.conn.Write([]byte(request + "0\r\n\r\n")); err != nil {
			t.Fatalf("write a chunked POST: %v", err)
		}
		s.push.receive(t).want(t, http.StatusOK, "ok")
		s.want(t, "4€uro")
	})
}
