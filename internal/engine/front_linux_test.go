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
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// fronted is a server whose engine has what it serves itself counted apart.
type fronted struct {
	*fixture
	passed atomic.Int32 // connections that net/http has got
}

func serveFronted(t *testing.T, opts Options, h hooks) *fronted {
	t.Helper()
	f := new(fronted)
	f.fixture = serveOn(t, opts, h, func(web *httptest.Server) {
		web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				f.passed.Add(1)
			}
		}
	})
	return f
}

func (f *fronted) wantPassed(t *testing.T, want int32) {
	t.Helper()
	if n := f.passed.Load(); n != want {
		t.Errorf("net/http has got %d connections, want %d", n, want)
	}
}

// client is a connection that speaks HTTP by hand.
type client struct {
	t *testing.T
	*net.TCPConn
	in *bufio.Reader
}

func (f *fronted) dial(t *testing.T) *client {
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
	f := serveFronted(t, options(), echo)
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
	f := serveFronted(t, options(), echo)
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
	f := serveFronted(t, options(), echo)
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
	f := serveFronted(t, options(), echo)
	c := f.dial(t)
	at := target + Polling + "&sid=" + c.open()
	large := "4" + strings.Repeat("x", 3*largeSize)                                        // more than is read while nobody can answer
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
	f := serveFronted(t, options(), hooks{closed: closed})
	c := f.dial(t)
	sid := c.open()
	c.send(getOf(target + Polling + "&sid=" + sid))
	held(t, f.session(t, sid))
	c.CloseWrite()
	want(TransportError)
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}

// A poll may be answered in the moment in which its client leaves.
func TestPollThatIsAnsweredWhenItsClientLeaves(t *testing.T) {
	f := serveFronted(t, options(), hooks{})
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
	f := serveFronted(t, options(), echo)
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
	f := serveFronted(t, options(), echo)
	c := f.dial(t)
	sid := c.open()
	request := postTo(target+Polling+"&sid="+sid, "4abc")
	c.send(request[:len(request)-2])
	s := f.session(t, sid)
	eventually(t, "the body is waited for", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.post != nil
	})
	s.CloseFor(PingTimeout)
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}

func TestClientThatLeavesInTheMiddleOfItsBody(t *testing.T) {
	closed, want := reasons(t)
	f := serveFronted(t, options(), hooks{closed: closed})
	c := f.dial(t)
	sid := c.open()
	request := postTo(target+Polling+"&sid="+sid, "4abc")
	c.send(request[:len(request)-2])
	c.Close()
	want(TransportError)
}

// The body of a request that is refused is passed over.
func TestBodyThatNobodyWants(t *testing.T) {
	f := serveFronted(t, options(), echo)
	c := f.dial(t)
	request := postTo(target+Polling+"&sid=nobody", strings.Repeat("GET ", 5000))
	c.send(request[:100])
	c.send(request[100:10_000])
	c.want(400, `{"code":1,"message":"Session ID unknown"}`)
	c.send(request[10_000:])
	c.open()
	f.wantPassed(t, 0)
}

func TestFrontBoundsWaiting(t *testing.T) {
	const short = 50 * time.Millisecond
	for _, row := range []struct {
		name   string
		change func(*FrontOptions)
		sent   func(at string) string
		want   bool // an answer comes before the end
		waits  int32
	}{
		{"for a request", func(o *FrontOptions) { o.HeaderTime = short }, func(string) string { return "" }, false, 1},
		{"for the rest of a head", func(o *FrontOptions) { o.HeaderTime = short }, func(at string) string { return getOf(at)[:30] }, false, 1},
		{"for the rest of a body", func(o *FrontOptions) { o.BodyTime = short }, func(at string) string { return postTo(at, "4a")[:len(postTo(at, "4a"))-1] }, false, 0},
		{"for the next request", func(o *FrontOptions) { o.IdleTime = short }, func(at string) string { return postTo(at, "4a") }, true, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			opened := make(chan *Session, 1)
			srv := NewServer(options(), &strict{t: t, hooks: hooks{opened: func(s *Session) { opened <- s }}, calls: make(map[*Session]*calls)})
			at := target + Polling + "&sid="
			o := frontOptions(srv)
			row.change(&o)
			var waiting atomic.Int32
			o.Waits = func(_ Waiter, so bool) Waiter {
				if so {
					waiting.Add(1)
				}
				return nil
			}
			addr := runFront(t, o)
			defer srv.Close()
			p := wiretest.OpenPolling(t, addr, target+Polling)
			<-opened
			c := &client{t: t, TCPConn: wiretest.DialTCP(t, addr)}
			c.in = bufio.NewReader(c)
			c.send(row.sent(at + p.SID))
			if row.want {
				c.want(200, "ok")
			}
			if _, err := c.in.ReadByte(); err != io.EOF {
				t.Errorf("reading ends with %v", err)
			}
			if waits := waiting.Load() - 1; waits != row.waits { // without that of p
				t.Errorf("it is told of %d waits for a request, want %d", waits, row.waits)
			}
		})
	}
}

// runFront runs a front alone, until the test ends.
func runFront(t *testing.T, o FrontOptions) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := NewFront(l.(*net.TCPListener), o)
	t.Cleanup(func() {
		front.Close()
		front.Shutdown(t.Context())
	})
	return l.Addr().String()
}

// A handler that panics loses its connection, and nobody else theirs.
func TestPanicBehindTheFront(t *testing.T) {
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	defer srv.Close()
	o := frontOptions(srv)
	o.Direct = func(string) (http.Handler, int64) {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { panic(r.URL.RawQuery) }), 0
	}
	addr := runFront(t, o)
	for range 3 {
		if got := raw(t, addr, getOf("/?a")+getOf("/?b")); got != "" {
			t.Errorf("the answer is %q", got)
		}
	}
}

// What a response's header has cannot end its line.
func TestHeaderLinesOfResponses(t *testing.T) {
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	defer srv.Close()
	o := frontOptions(srv)
	o.Direct = func(string) (http.Handler, int64) {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("A", "1\r\nB: 2")
			w.Header().Set("Connection", "close")
			http.Error(w, "c", http.StatusServiceUnavailable)
		}), 0
	}
	got := raw(t, runFront(t, o), getOf("/?a"))
	for _, want := range []string{"HTTP/1.1 503 Service Unavailable\r\n", "\r\nA: 1  B: 2\r\n", "\r\nContent-Length: 2\r\n", "\r\nDate: ", "\r\n\r\nc\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("the answer is %q, want %q in it", got, want)
		}
	}
}

// The addresses of clients are those that package net would give.
func TestAddressesOfClients(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "[::1]:0", "[::]:0"} {
		t.Run(listen, func(t *testing.T) {
			l, err := net.Listen("tcp", listen)
			if err != nil {
				t.Fatal(err)
			}
			srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
			defer srv.Close()
			o := frontOptions(srv)
			seen := make(chan string, 1)
			o.Direct = func(string) (http.Handler, int64) {
				return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r.RemoteAddr }), 0
			}
			front := NewFront(l.(*net.TCPListener), o)
			defer front.Close()
			host := "127.0.0.1"
			if listen == "[::1]:0" {
				host = "::1"
			}
			_, port, _ := net.SplitHostPort(l.Addr().String())
			conn := wiretest.DialTCP(t, net.JoinHostPort(host, port))
			io.WriteString(conn, getOf("/?a"))
			if got := <-seen; got != conn.LocalAddr().String() {
				t.Errorf("the address is %s, want %s", got, conn.LocalAddr())
			}
		})
	}
}

// What is written goes out at once.
func TestConnectionsDoNotDelay(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	wiretest.DialTCP(t, l.Addr().String())
	var fd int
	eventually(t, "the connection is there", func() bool {
		n, _, errno := acceptNow(int(file.Fd()))
		fd = n
		return errno == 0
	})
	defer syscall.Close(fd)
	if on, err := syscall.GetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY); err != nil || on == 0 {
		t.Errorf("TCP_NODELAY is %d, %v", on, err)
	}
}

// A connection that net/http has had becomes a WebSocket like any other.
func TestWebSocketBehindNetHTTP(t *testing.T) {
	f := serveFronted(t, options(), echo)
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
	if _, ok := s.ws.link.(*polledLink); !ok {
		t.Errorf("its link is a %T", s.ws.link)
	}
}

// What has come is looked at again although somebody else has seen to it.
func TestReaderIsResumedForNothing(t *testing.T) {
	f := serveFronted(t, options(), echo)
	w, s := f.ws(t)
	s.ws.link.(*polledLink).resume()
	w.Send(t, "4a")
	w.Want(t, "4a")
}

// A request to the engine that is not as its clients write it is answered.
func TestRequestWithoutCarriageReturns(t *testing.T) {
	f := serveFronted(t, options(), echo)
	if got := raw(t, f.addr, "GET "+target+Polling+" HTTP/1.0\n\n"); !strings.HasPrefix(got, "HTTP/1.0 200 OK\r\n") {
		t.Errorf("the answer is %q", got)
	}
	f.wantPassed(t, 1)
}

// What connections wait is told in order, whoever answers a poll.
func TestWaitingIsToldInOrder(t *testing.T) {
	srv := NewServer(options(), &strict{t: t, hooks: echo, calls: make(map[*Session]*calls)})
	defer srv.Close()
	o := frontOptions(srv)
	var mu sync.Mutex
	waiting := make(map[Waiter]bool)
	o.Waits = func(c Waiter, so bool) Waiter {
		mu.Lock()
		defer mu.Unlock()
		if so == waiting[c] && so {
			t.Error("a connection that waits begins to")
		}
		if waiting[c] = so; !so {
			delete(waiting, c)
		}
		return nil
	}
	addr := runFront(t, o)
	p := wiretest.OpenPolling(t, addr, target+Polling)
	s := srv.Session(p.SID)
	c := &client{t: t, TCPConn: wiretest.DialTCP(t, addr)}
	c.in = bufio.NewReader(c)
	for range 500 { // the next request comes while the answer is being noted
		c.send(getOf(p.Target))
		go s.Send(text("a")) // ends at once
		c.want(200, "4a")
	}
	c.Close()
	eventually(t, "nobody but the first waits", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(waiting) == 1
	})
}

// Shutdown waits for a client that is still taking its response.
func TestShutdownWaitsForResponses(t *testing.T) {
	const size = 64 << 20 // more than the system's buffers hold
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	defer srv.Close()
	o := frontOptions(srv)
	o.Direct = func(string) (http.Handler, int64) {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, size)) }), 0
	}
	front := NewFront(l.(*net.TCPListener), o)
	c := &client{t: t, TCPConn: wiretest.DialTCP(t, l.Addr().String())}
	c.in = bufio.NewReader(c)
	c.send(getOf("/?a"))
	c.in.Peek(1)
	front.Close()
	over := make(chan struct{})
	go func() { // ends with the response
		front.Shutdown(t.Context())
		close(over)
	}()
	select {
	case <-over:
		t.Error("it does not wait")
	case <-time.After(10 * answeredCheck):
	}
	if _, body := c.answer(); len(body) != size {
		t.Errorf("%d bytes have come, want %d", len(body), size)
	}
	within(t, "Shutdown returns", func() { <-over })
}

// Clients who come together are served even if each one's handshake waits for
// the last one's.
func TestHandshakesThatWaitForEachOther(t *testing.T) {
	const n = 3 * maxAccepts
	var here sync.WaitGroup
	here.Add(n)
	o := options()
	o.AllowRequest = func(*http.Request) error {
		here.Done()
		here.Wait()
		return nil
	}
	f := serveFronted(t, o, echo)
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

// A front that is closed accepts nobody, and keeps whom it has.
func TestClosedFront(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	front := NewFront(l.(*net.TCPListener), frontOptions(srv))
	c := &client{t: t, TCPConn: wiretest.DialTCP(t, l.Addr().String())}
	c.in = bufio.NewReader(c)
	c.open()
	if err := front.Close(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
		t.Error("somebody still listens")
	}
	if _, err := front.Accept(); err != net.ErrClosed {
		t.Errorf("Accept fails with %v", err)
	}
	c.open()
	srv.Close()
	front.Shutdown(t.Context())
	if _, err := c.in.ReadByte(); err != io.EOF {
		t.Errorf("reading ends with %v", err)
	}
}

// A client whose first frame comes with its handshake gets what it is sent while
// that is being handled, however much.
func TestSendingWhileAnEarlyFrameIsHandled(t *testing.T) {
	const messages, size = 64, 512 << 10 // more than the system's buffers hold
	o := options()
	o.MaxQueueBytes = 2 * messages * size
	handled := make(chan *Session)
	over := make(chan struct{})
	f := serveFronted(t, o, hooks{received: func(s *Session, b *Batch, _ []byte, _ bool) {
		b.MayBlock()
		handled <- s
		<-over
	}})
	c := f.dial(t)
	c.send(wiretest.Handshake(target+WebSocket) + string(wiretest.Bytes(wiretest.Texts("4early")...)))
	s := <-handled
	for range messages {
		s.Send(NewBinary(make([]byte, size)))
	}
	within(t, "all of it arrives", func() {
		if _, err := io.CopyN(io.Discard, c.in, messages*size); err != nil {
			t.Error(err)
		}
	})
	close(over)
	f.wantPassed(t, 0)
}

// Nobody looks at a listening socket whose front is closed, even if it has
// another descriptor.
func TestListeningSocketThatOutlivesItsFront(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	other, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	srv := NewServer(options(), &strict{t: t, calls: make(map[*Session]*calls)})
	defer srv.Close()
	front := NewFront(l.(*net.TCPListener), frontOptions(srv))
	front.Close()
	c := wiretest.DialTCP(t, l.Addr().String())
	io.WriteString(c, getOf(target+Polling))
	all, err := pollers()
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond) // for the connection to arrive
	var events [1]syscall.EpollEvent
	for _, p := range all {
		if n, err := syscall.EpollWait(p.fd, events[:], 0); n > 0 || err != nil {
			t.Errorf("%d events, %v", n, err)
		}
	}
}
