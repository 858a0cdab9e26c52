package engine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// counted is a server that counts the connections http1 leaves to net/http.
type counted struct {
	*fixture
	passed atomic.Int32 // connections that net/http has got
}

func serveCounted(t *testing.T, opts Options, h hooks) *counted {
	t.Helper()
	f := new(counted)
	f.fixture = serveOn(t, opts, h, func(web *httptest.Server) {
		web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				f.passed.Add(1)
			}
		}
	})
	return f
}

// wantPassed checks how many connections http1 has left to net/http.
func (f *counted) wantPassed(t *testing.T, want int32) {
	t.Helper()
	if n := f.passed.Load(); n != want && f.fast != nil {
		t.Errorf("net/http has got %d connections, want %d", n, want)
	}
}

// client is a connection that speaks HTTP by hand.
type client struct {
	t *testing.T
	*net.TCPConn
	in *bufio.Reader
}

func (f *counted) dial(t *testing.T) *client {
	t.Helper()
	conn := wiretest.DialTCP(t, f.addr)
	return &client{t, conn, bufio.NewReader(conn)}
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads one response.
func (c *client) answer() (status int, body string) {
	c.t.Helper()
	res, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.t.Fatalf("read a response: %v", err)
	}
	all, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(all)
}

func (c *client) want(status int, body string) {
	c.t.Helper()
	if gotStatus, got := c.answer(); gotStatus != status || got != body {
		c.t.Fatalf("the answer is %d %.200q, want %d %.200q", gotStatus, got, status, body)
	}
}

// open opens a session on the connection.
func (c *client) open() (sid string) {
	c.t.Helper()
	c.send(getOf(target + Polling))
	_, body := c.answer()
	return openedID(c.t, body)
}

func getOf(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n" }

func postTo(target, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s", target, len(body), body)
}

func TestSessionsNeedNoNetHTTP(t *testing.T) {
	f := serveCounted(t, options(), echo)
	w, _ := f.ws(t)
	w.Send(t, "4a")
	w.Want(t, "4a")
	p, _ := f.polling(t)
	p.Post(t, "4a").Want(t, 200, "ok")
	p.Want(t, 200, "4a")
	u := f.probe(t, p)
	u.Send(t, "5", "4b")
	u.Want(t, "4b")
	f.wantPassed(t, 0)
}

// A connection goes to net/http with the first request that is for it, behind
// those that were not.
func TestConnectionGoesOnInNetHTTP(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	sid := c.open()
	chunked := "POST " + target + Polling + "&sid=" + sid + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n4a\r\n0\r\n\r\n"
	c.send(chunked + getOf(target+Polling+"&sid="+sid))
	c.want(200, "ok")
	c.want(200, "4a")
	f.wantPassed(t, 1)
	c.send(strings.Replace(getOf(target+Polling+"&sid="+sid), "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1))
	held(t, f.session(t, sid))
	f.Session(sid).Send(text("b"))
	c.want(200, "4b")
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("behind the last response comes %v", err)
	}
}

func TestRequestInPieces(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	sid := c.open()
	body := "4" + strings.Repeat("x", 40_000) // more than a buffer
	request := postTo(target+Polling+"&sid="+sid, body)
	head := strings.Index(request, "\r\n\r\n") + 4
	for i := range head + 3 {
		c.send(request[i : i+1])
		time.Sleep(time.Millisecond / 4)
	}
	c.send(request[head+3:])
	c.want(200, "ok")
	c.send(getOf(target + Polling + "&sid=" + sid))
	c.want(200, body)
	f.wantPassed(t, 0)
}

// Requests that a client sends without waiting are answered in their order, one
// behind a poll when that is answered.
func TestRequestsBehindAPoll(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	at := target + Polling + "&sid=" + c.open()
	large := "4" + strings.Repeat("x", 400<<10)                                            // more than is read while nobody can answer
	go io.WriteString(c, getOf(at)+postTo(at, large)+getOf(at)+postTo(at, "4a")+getOf(at)) // ends when all is read
	s := f.session(t, strings.Split(at, "&sid=")[1])
	held(t, s)
	time.Sleep(10 * time.Millisecond) // for the rest to come
	s.Send(text("now"))
	for _, want := range []string{"4now", "ok", large, "ok", "4a"} {
		c.want(200, want)
	}
	f.wantPassed(t, 0)
}

func TestPollOfClientThatHasClosedItsHalf(t *testing.T) {
	closed, want := reasons(t)
	f := serveCounted(t, options(), hooks{closed: closed})
	c := f.dial(t)
	sid := c.open()
	c.send(getOf(target + Polling + "&sid=" + sid))
	held(t, f.session(t, sid))
	c.CloseWrite()
	want(TransportError)
	if f.fast == nil {
		return // net/http answers a handler that returns without a response
	}
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}

// A poll may be answered in the moment in which its client leaves.
func TestPollThatIsAnsweredWhenItsClientLeaves(t *testing.T) {
	f := serveCounted(t, options(), hooks{})
	for range 200 {
		c := f.dial(t)
		sid := c.open()
		c.send(getOf(target + Polling + "&sid=" + sid))
		s := f.session(t, sid)
		held(t, s)
		go s.Send(text("a")) // ends at once
		c.Close()
	}
	for _, s := range f.Sessions() {
		s.Close()
	}
}

// Who says at once that nothing follows is answered all the same.
func TestAnswerToClientThatHasClosedItsHalf(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	at := target + Polling + "&sid=" + c.open()
	c.send(postTo(at, "4a") + getOf(at))
	c.CloseWrite()
	c.want(200, "ok")
	c.want(200, "4a")
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}

// A session that ends takes the POST along whose body is still coming.
func TestBodyThatIsComingWhenTheSessionEnds(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	sid := c.open()
	request := postTo(target+Polling+"&sid="+sid, "4abc")
	c.send(request[:len(request)-2])
	s := f.session(t, sid)
	eventually(t, "the body is waited for", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.polling.post != nil
	})
	s.Abort(PingTimeout)
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}

func TestClientThatLeavesInTheMiddleOfItsBody(t *testing.T) {
	closed, want := reasons(t)
	f := serveCounted(t, options(), hooks{closed: closed})
	c := f.dial(t)
	sid := c.open()
	request := postTo(target+Polling+"&sid="+sid, "4abc")
	c.send(request[:len(request)-2])
	c.Close()
	want(TransportError)
}

// The body of a request that is refused is passed over.
func TestBodyThatNobodyWants(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	request := postTo(target+Polling+"&sid=nobody", strings.Repeat("GET ", 5000))
	c.send(request[:100])
	if f.fast == nil {
		c.send(request[100:]) // net/http answers behind the body
	} else {
		c.send(request[100:10_000])
	}
	c.want(400, `{"code":1,"message":"Session ID unknown"}`)
	if f.fast != nil {
		c.send(request[10_000:])
	}
	c.open()
	f.wantPassed(t, 0)
}

// A connection that net/http has had becomes a WebSocket like any other.
func TestWebSocketBehindNetHTTP(t *testing.T) {
	f := serveCounted(t, options(), echo)
	c := f.dial(t)
	c.send(getOf("/other"))
	if status, _ := c.answer(); status != 400 {
		t.Fatalf("the answer is %d", status)
	}
	c.send(wiretest.Handshake(target+WebSocket) + string(wiretest.Bytes(wiretest.Texts("4early")...)))
	w, err := wiretest.Answered(c.TCPConn)
	if err != nil {
		t.Fatal(err)
	}
	s := f.session(t, openedID(t, w.Next(t).Payload))
	w.Want(t, "4early")
	w.Send(t, "4later")
	w.Want(t, "4later")
	f.wantPassed(t, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind := fmt.Sprintf("%T", s.transport.(*webSocketTransport).conn.Conn); f.fast != nil && kind != "*netpoll.polledConn" {
		t.Errorf("its connection is a %s", kind)
	}
}

// A request to the engine that is not as its clients write it is answered.
func TestRequestWithoutCarriageReturns(t *testing.T) {
	f := serveCounted(t, options(), echo)
	if got := raw(t, f.addr, "GET "+target+Polling+" HTTP/1.0\n\n"); !strings.HasPrefix(got, "HTTP/1.0 200 OK\r\n") {
		t.Errorf("the answer is %q", got)
	}
	f.wantPassed(t, 1)
}

// A client whose first frame comes with its handshake gets what it is sent while
// that is being handled, however much.
func TestSendingWhileAnEarlyFrameIsHandled(t *testing.T) {
	const messages, size = 64, 512 << 10 // more than the system's buffers hold
	o := options()
	o.MaxQueueBytes = 2 * messages * size
	handled := make(chan *Session)
	over := make(chan struct{})
	f := serveCounted(t, o, hooks{received: func(s *Session, b *Batch, _ []byte, _ bool) {
		b.MayBlock()
		handled <- s
		<-over
	}})
	c := f.dial(t)
	c.send(wiretest.Handshake(target+WebSocket) + string(wiretest.Bytes(wiretest.Texts("4early")...)))
	s := <-handled
	for range messages {
		s.Send(packet.NewBinary(make([]byte, size)))
	}
	within(t, "all of it arrives", func() {
		if _, err := io.CopyN(io.Discard, c.in, messages*size); err != nil {
			t.Error(err)
		}
	})
	close(over)
	f.wantPassed(t, 0)
}

// Clients who come together are served even if each one's handshake waits for
// the last one's.
func TestHandshakesThatWaitForEachOther(t *testing.T) {
	const n = 3 * 16
	var here sync.WaitGroup
	here.Add(n)
	o := options()
	o.AllowRequest = func(*http.Request) error {
		here.Done()
		here.Wait()
		return nil
	}
	f := serveCounted(t, o, echo)
	clients := make([]*client, n)
	for i := range clients {
		clients[i] = f.dial(t)
		clients[i].send(getOf(target + Polling))
	}
	for _, c := range clients {
		if status, body := c.answer(); status != 200 {
			t.Fatalf("the answer is %d %q", status, body)
		}
	}
	f.wantPassed(t, 0)
}
