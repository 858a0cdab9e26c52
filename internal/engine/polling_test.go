package engine

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

func TestHandshakeOverPolling(t *testing.T) {
	opts := options()
	opts.InitialPacket = text("first")
	f := serve(t, opts, hooks{opened: func(s *Session) { s.Send(text("hello")) }})
	for _, row := range []struct {
		name, target, open, next string
	}{
		{"revision 4", target + Polling, `0{"sid":"%s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`, "4first\x1e4hello"},
		{"revision 3", target3 + Polling, `118:0{"sid":"%s","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`, "6:4first6:4hello"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", row.target, "")
			sid := openedID(t, a.Body[strings.IndexByte(a.Body, '{')-1:])
			a.Want(t, 200, fmt.Sprintf(row.open, sid))
			if len(sid) != 20 || strings.Trim(sid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
				t.Errorf("the session's id %q is not 20 characters of URL-safe base64", sid)
			}
			wantHeaders(t, a, "text/plain; charset=UTF-8")
			p := &wiretest.Polling{Browser: wiretest.NewBrowser(t, f.addr), Target: row.target + "&sid=" + sid}
			p.Want(t, 200, row.next)
		})
	}
}

// wantHeaders checks what every polling response carries.
func wantHeaders(t *testing.T, a wiretest.Answer, contentType string) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": contentType, "Cache-Control": "no-store", "Content-Length": fmt.Sprint(len(a.Body)),
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestUpgradesThatAreOffered(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"WebSocket by default", func(*Options) {}, "[websocket]"},
		{"none when they are off", func(o *Options) { o.AllowUpgrades = false }, "[]"},
		{"none without the transport", func(o *Options) { o.Transports = []string{Polling} }, "[]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			row.change(&opts)
			f := serve(t, opts, hooks{})
			p := wiretest.OpenPolling(t, f.addr, target+Polling)
			if got := fmt.Sprint(p.Open["upgrades"]); got != row.want {
				t.Errorf("upgrades %s, want %s", got, row.want)
			}
		})
	}
}

func TestPollsAndPosts(t *testing.T) {
	f := serve(t, options(), echo)
	for _, row := range []struct {
		name, target, body, contentType string
		answer, answerType              string
	}{
		{"text in revision 4", target + Polling, "4a\x1e4b", "text/plain;charset=UTF-8", "4a\x1e4b", "text/plain; charset=UTF-8"},
		{"binary in revision 4", target + Polling, "bAQID\x1e4b", "text/plain;charset=UTF-8", "bAQID\x1e4b", "text/plain; charset=UTF-8"},
		{"text in revision 3", target3 + Polling, "2:4a3:4é€", "text/plain;charset=UTF-8", "2:4a3:4é€", "text/plain; charset=UTF-8"},
		{"a binary body in revision 3", target3 + Polling, "\x01\x03\xFF\x04ab\x00\x03\xFF4é", "application/octet-stream",
			"\x01\x03\xFF\x04ab\x00\x03\xFF4é", "application/octet-stream"},
		{"binary for a client of revision 3 that wants text", target3 + Polling + "&b64=1", "6:b4AQID", "text/plain;charset=UTF-8",
			"6:b4AQID", "text/plain; charset=UTF-8"},
		{"a body without a content type", target + Polling, "4a", "", "4a", "text/plain; charset=UTF-8"},
		{"a body that calls itself a form", target + Polling, "4a=b&c", "application/x-www-form-urlencoded", "4a=b&c", "text/plain; charset=UTF-8"},
		{"text that is not UTF-8", target + Polling, "4a\xFFb", "text/plain", "4a\uFFFDb", "text/plain; charset=UTF-8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := wiretest.OpenPolling(t, f.addr, row.target)
			posted := p.Must(t, "POST", p.Target, row.body, "Content-Type", row.contentType)
			posted.Want(t, 200, "ok")
			wantHeaders(t, posted, "text/html")
			polled := p.Get(t)
			polled.Want(t, 200, row.answer)
			wantHeaders(t, polled, row.answerType)
		})
	}
}

func TestHeldPollIsAnsweredByWhatIsSent(t *testing.T) {
	f := serve(t, options(), hooks{})
	p, s := f.polling(t)
	if s.Writable() {
		t.Error("a session without a poll is writable")
	}
	poll := p.Hold(t)
	held(t, s)
	if !s.Writable() {
		t.Error("a session with a held poll is not writable")
	}
	s.Send(text("a"), text("b"))
	s.Send(text("c"))
	poll().Want(t, 200, "4a\x1e4b")
	p.Want(t, 200, "4c")
}

func TestClientsCloseAnswersTheHeldPoll(t *testing.T) {
	for _, row := range []struct{ name, target, body, poll string }{
		{"in revision 4", target + Polling, "4a\x1e1\x1e4never", "6"},
		{"in revision 3", target3 + Polling, "2:4a1:16:4never", "1:6"},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			got := make(chan string, 2)
			f := serve(t, options(), hooks{closed: closed, received: func(_ *Session, _ *Batch, data []byte, _ bool) { got <- string(data) }})
			p := wiretest.OpenPolling(t, f.addr, row.target)
			poll := p.Hold(t)
			held(t, f.session(t, p.SID))
			p.Post(t, row.body).Want(t, 200, "ok")
			poll().Want(t, 200, row.poll)
			want(TransportClose)
			if close(got); <-got != "a" || len(got) > 0 {
				t.Errorf("received something else than the packet before the close")
			}
		})
	}
}

// Each row ends the session: the POST gets its answer, the held poll a close packet.
func TestPostThatBreaksTheRules(t *testing.T) {
	for _, row := range []struct {
		name, target, body, contentType string
		status                          int
		answer                          string
		want                            Reason
	}{
		{"an empty body", target + Polling, "", "text/plain", 200, "ok", ParseError},
		{"what is no packet", target + Polling, "x", "text/plain", 200, "ok", ParseError},
		{"a good packet and what is none", target + Polling, "4a\x1ex", "text/plain", 200, "ok", ParseError},
		{"a body without lengths in revision 3", target3 + Polling, "4a", "text/plain", 200, "ok", ParseError},
		{"a ping in revision 4", target + Polling, "2", "text/plain", 200, "ok", TransportError},
		{"a pong in revision 3", target3 + Polling, "1:3", "text/plain", 200, "ok", TransportError},
		{"a binary body in revision 4", target + Polling, "4a", "application/octet-stream", 400, "", TransportError},
	} {
		t.Run(row.name, func(t *testing.T) {
			closed, want := reasons(t)
			f := serve(t, options(), hooks{closed: closed})
			p := wiretest.OpenPolling(t, f.addr, row.target)
			poll := p.Hold(t)
			held(t, f.session(t, p.SID))
			p.Must(t, "POST", p.Target, row.body, "Content-Type", row.contentType).Want(t, row.status, row.answer)
			last := "1"
			if row.target != target+Polling {
				last = "1:1"
			}
			poll().Want(t, 200, last)
			want(row.want)
			p.Want(t, 400, `{"code":1,"message":"Session ID unknown"}`)
		})
	}
}

func TestBodyThatIsTooLargeLeavesTheSessionAlone(t *testing.T) {
	opts := options()
	opts.MaxPayload = 3000
	f := serve(t, opts, echo)
	p, _ := f.polling(t)
	exact := "4" + strings.Repeat("x", 2999)
	for range 2 {
		p.Post(t, exact+"x").Want(t, 413, "")
		chunked := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"+
			"%x\r\n%s\r\n1\r\nx\r\n0\r\n\r\n", p.Target, len(exact), exact)
		if got := raw(t, f.addr, chunked); !strings.HasPrefix(got, "HTTP/1.1 413 ") {
			t.Errorf("a chunked body that is too large is answered %.100q", got)
		}
	}
	p.Post(t, exact).Want(t, 200, "ok")
	p.Want(t, 200, exact)
}

func TestTwoPollsAtOnceEndTheSession(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	p, s := f.polling(t)
	poll := p.Hold(t)
	held(t, s)
	p.Want(t, 400, "")
	poll().Want(t, 200, "1")
	want(TransportError)
}

func TestTwoPostsAtOnceEndTheSession(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	p, s := f.polling(t)
	poll := p.Hold(t)
	held(t, s)
	conn := wiretest.DialTCP(t, f.addr)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n4a", p.Target)
	eventually(t, "the first POST is being read", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.polling.post != nil
	})
	p.Post(t, "4b").Want(t, 400, "")
	if answer, err := io.ReadAll(conn); len(answer) > 0 {
		t.Errorf("the first POST is answered %q (%v), want its connection dropped", answer, err)
	}
	poll().Want(t, 200, "1")
	want(TransportError)
}

// stalled is a response that does not leave until it is released.
type stalled struct {
	*httptest.ResponseRecorder
	release chan struct{}
}

func (w stalled) Flush() { <-w.release }

// A client that heard first that its POST is done would send another, and take
// the refusal of that for the reason of the end.
func TestPostThatEndsTheSessionIsAnsweredBehindThePoll(t *testing.T) {
	for name, end := range map[string]func(*Session){"in good order": (*Session).Close, "at once": func(s *Session) { s.Abort(ParseError) }} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, options(), hooks{received: func(s *Session, _ *Batch, _ []byte, _ bool) { end(s) }}, func(t *testing.T, b *bubble) {
				s := b.polling(packet.Revision4)
				poll := stalled{httptest.NewRecorder(), make(chan struct{})}
				r := httptest.NewRequest("GET", "/", nil)
				go s.polling.serve(s.srv.newResponder(poll, r), r) // ends when it is released
				synctest.Wait()
				posted := make(chan string, 1)
				go func() { // ends with its answer
					_, answer := request(s, "POST", "4the last")
					posted <- answer
				}()
				synctest.Wait()
				if len(posted) > 0 {
					t.Error("the POST is answered before the poll")
				}
				close(poll.release)
				if answer := <-posted; answer != "ok" {
					t.Errorf("the POST is answered %q", answer)
				}
				if told := poll.Body.String(); told != "1" {
					t.Errorf("the poll is answered %q, want the close packet", told)
				}
			})
		})
	}
}

func TestClientThatLeavesAHeldPollEndsItsSession(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	p, s := f.polling(t)
	ctx, leave := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() { // ends with leave
		_, err := p.Do(ctx, "GET", p.Target, "")
		gone <- err
	}()
	held(t, s)
	leave()
	if err := <-gone; err == nil {
		t.Error("the poll was answered")
	}
	want(TransportError)
}

func TestClientThatLeavesInTheMiddleOfAPostEndsItsSession(t *testing.T) {
	closed, want := reasons(t)
	f := serve(t, options(), hooks{closed: closed})
	p, _ := f.polling(t)
	conn := wiretest.DialTCP(t, f.addr)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n4a", p.Target)
	conn.Close()
	want(TransportError)
}

func TestOtherMethodsOnASession(t *testing.T) {
	f := serve(t, options(), echo)
	p, _ := f.polling(t)
	for _, method := range []string{"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"} {
		p.Must(t, method, p.Target, "4a").Want(t, 500, "")
	}
	p.Post(t, "4still here").Want(t, 200, "ok")
	p.Want(t, 200, "4still here")
}

func TestInternetExplorersFilterIsTurnedOff(t *testing.T) {
	f := serve(t, options(), hooks{})
	for agent, want := range map[string]string{
		"Mozilla/4.0 (compatible;MSIE 8.0)":                 "0",
		"Mozilla/5.0 (Windows NT 6.1; Trident/7.0) Gecko":   "0",
		"Mozilla/5.0 (X11; Linux x86_64; rv:1.0) Gecko/1.0": "",
	} {
		a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", target+Polling, "", "User-Agent", agent)
		if got := a.Header.Get("X-Xss-Protection"); got != want {
			t.Errorf("for %s: X-XSS-Protection %q, want %q", agent, got, want)
		}
	}
}
