//go:build field

package field

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// notes returns what the application has noted.
func (s *server) notes(t *testing.T) (lines []string) {
	t.Helper()
	a := wiretest.NewBrowser(t, s.addr).Must(t, "GET", "/log", "")
	if err := json.Unmarshal([]byte(a.Body), &lines); err != nil {
		t.Fatal(err)
	}
	return lines
}

// awaitNote waits until the application has noted a line that begins with text.
func (s *server) awaitNote(t *testing.T, text string) []string {
	t.Helper()
	for end := time.Now().Add(wiretest.Patience); ; time.Sleep(20 * time.Millisecond) {
		lines := s.notes(t)
		if slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, text) }) {
			return lines
		}
		if time.Now().After(end) {
			t.Fatalf("the application has not noted %q but %q", text, lines)
		}
	}
}

func (s *server) tell(t *testing.T, path string) {
	t.Helper()
	wiretest.NewBrowser(t, s.addr).Must(t, "GET", path, "")
}

// connectTo connects a client with auth.
func connectTo(t *testing.T, s *server, auth string) *wiretest.WebSocket {
	t.Helper()
	w := wiretest.Dial(t, s.addr, wiretest.PeerTarget)
	w.Next(t)
	w.Send(t, "40"+auth)
	if reply := w.Next(t).Payload; !strings.HasPrefix(reply, "40{") {
		t.Fatalf("CONNECT is answered %.200q", reply)
	}
	return w
}

// A room that a middleware joins has its member.
func TestRoomsJoinedInAMiddleware(t *testing.T) {
	s := startApplication(t)
	w := connectTo(t, s, `{"room":"vip"}`)
	w.Send(t, `42["to","vip"]`, `42["echo","behind"]`)
	w.Want(t, `42["to","vip"]`, `42["echo","behind"]`)
}

// A client that goes while a middleware waits is gone at once, and is not
// connected later.
func TestClientsThatGoWhileAMiddlewareWaits(t *testing.T) {
	for name, revision := range map[string]string{"a WebSocket": "EIO=4", "polling": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startApplication(t)
			if revision != "" {
				w := wiretest.Dial(t, s.addr, "/socket.io/?transport=websocket&"+revision)
				w.Next(t)
				w.Send(t, `40{"wait":true}`)
				s.awaitNote(t, "waiting")
				w.Conn.Close()
			} else {
				p := wiretest.OpenPolling(t, s.addr, pollingTarget)
				p.Post(t, `40{"wait":true}`)
				s.awaitNote(t, "waiting")
				p.Post(t, "1")
			}
			s.awaitNote(t, "close: transport close")
			s.tell(t, "/release")
			// Another client comes and goes: what the first one's middleware goes on to
			// has happened by then.
			w := connectTo(t, s, "")
			w.Send(t, `42["note","there"]`)
			s.awaitNote(t, "note: there")
			time.Sleep(100 * time.Millisecond)
			if got, want := s.notes(t), []string{"waiting", "close: transport close", "connection", "note: there"}; !slices.Equal(got, want) {
				t.Errorf("the application has noted %q, want %q", got, want)
			}
		})
	}
}

// The events of a connection that the module documents.
func TestEventsOfAConnection(t *testing.T) {
	noted := func(t *testing.T, s *server, w *wiretest.WebSocket, events ...string) {
		t.Helper()
		w.Send(t, `42["note","that was all"]`)
		lines := s.awaitNote(t, "note: that was all")
		for _, event := range events {
			if !slices.Contains(lines, event) {
				t.Errorf("the application has noted %q, without %q", lines, event)
			}
		}
	}
	t.Run("upgrade", func(t *testing.T) {
		s := startApplication(t)
		p := wiretest.OpenPolling(t, s.addr, pollingTarget)
		p.Post(t, `40{"watch":true}`)
		p.Get(t)
		w := wiretest.Dial(t, s.addr, strings.Replace(p.Target, "polling", "websocket", 1))
		w.Send(t, "2probe")
		w.Want(t, "3probe")
		w.Send(t, "5")
		noted(t, s, w, "upgrade: websocket")
	})
	t.Run("packets", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, `{"watch":true}`)
		w.Send(t, `42["echo",1]`)
		w.Want(t, `42["echo",1]`)
		noted(t, s, w, "packet: message", "packetCreate: message, compress true", "flush", "drain")
	})
	t.Run("heartbeat", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, `{"watch":true}`)
		w.Send(t, "3")
		noted(t, s, w, "packet: pong", "heartbeat")
	})
	t.Run("packets that are not to be compressed", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, `{"watch":true}`)
		w.Send(t, `42["uncompressed"]`)
		w.Want(t, `42["uncompressed"]`)
		noted(t, s, w, "packetCreate: message, compress false")
	})
}

// The callback of a packet that the engine sends is called when the packet has
// been sent, and not before.
func TestCallbackOfSend(t *testing.T) {
	s := startApplication(t)
	p := joinPolling(t, s.addr, pollingTarget)
	p.Post(t, `42["engine send"]`+"\x1e"+`42["note","behind"]`)
	if lines := s.awaitNote(t, "note: behind"); slices.Contains(lines, "sent") {
		t.Errorf("the application has noted %q before the client has polled", lines)
	}
	p.Want(t, 200, `42["sent by the engine"]`)
	s.awaitNote(t, "sent")
}

// A question to a remote socket has one answer, with all its arguments.
func TestQuestionsToRemoteSockets(t *testing.T) {
	s := startApplication(t)
	w := connectTo(t, s, "")
	w.Send(t, `42["ask remote"]`)
	question := w.Next(t).Payload
	id := strings.TrimSuffix(strings.TrimPrefix(question, "42"), `["question"]`)
	w.Send(t, "43"+id+`["yes","and more"]`)
	s.awaitNote(t, "remote: [yes and more] <nil>")
	w.Send(t, `42["echo","still here"]`)
	w.Want(t, `42["echo","still here"]`)
}

// A question to all has one answer of each: its first argument.
func TestQuestionsToAll(t *testing.T) {
	s := startApplication(t)
	clients := []*wiretest.WebSocket{connectTo(t, s, ""), connectTo(t, s, "")}
	clients[0].Send(t, `42["ask all"]`)
	for i, w := range clients {
		question := w.Next(t).Payload
		id := strings.TrimSuffix(strings.TrimPrefix(question, "42"), `["question"]`)
		w.Send(t, fmt.Sprintf(`43%s["first of %d","second"]`, id, i))
		handled(t, w)
	}
	s.awaitNote(t, "all: [first of 0 first of 1] <nil>")
}

// A matcher of namespaces may decide later.
func TestNamespaceMatchersThatDecideLater(t *testing.T) {
	for _, namespace := range []string{"/now-1", "/later-1"} {
		t.Run(namespace, func(t *testing.T) {
			s := startApplication(t)
			w := connectTo(t, s, "")
			w.Send(t, "40"+namespace+",")
			if reply := w.Next(t).Payload; !strings.HasPrefix(reply, "40"+namespace+",{") {
				t.Errorf("CONNECT is answered %.200q", reply)
			}
			w.Send(t, "40/never-1,")
			w.Want(t, `44/never-1,{"message":"Invalid namespace"}`)
		})
	}
}

// What has timed out is forgotten, though its client stays.
func TestQuestionsThatTimedOutAreForgotten(t *testing.T) {
	const questions, each = 20_000, 50 // bytes that may be kept, a small part of what a question takes
	s := startApplication(t)
	w := connectTo(t, s, "")
	heap := func() (n int) {
		t.Helper()
		a := wiretest.NewBrowser(t, s.addr).Must(t, "GET", "/heap", "")
		if err := json.Unmarshal([]byte(a.Body), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ask := func(n int) {
		w.Send(t, fmt.Sprintf(`42["ask in vain",%d]`, n))
		for w.Next(t).Payload != `42["asked"]` {
		}
	}
	ask(100)
	before := heap()
	for range questions / 500 {
		ask(500)
	}
	if kept := heap() - before; kept > questions*each {
		t.Errorf("%d bytes are kept for %d questions that have timed out, %d for each", kept, questions, kept/questions)
	}
}

// What an application and its clients see elsewhere. A difference that stays has
// its reason in docs/compatibility.md, and goes from here.
func TestWhatApplicationsSeeInNode(t *testing.T) {
	t.Run("a volatile event right behind a regular one is dropped", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, "")
		w.Send(t, `42["volatile"]`)
		w.Want(t, `42["regular"]`, `42["end"]`)
	})
	t.Run("an event right before the DISCONNECT of its namespace is not delivered", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, "")
		w.Send(t, `42["note","lost"]`, "41")
		if lines := s.awaitNote(t, "disconnect: client namespace disconnect"); slices.Contains(lines, "note: lost") {
			t.Errorf("the application has noted %q", lines)
		}
	})
	t.Run("an event behind one that closes the connection, in the same payload", func(t *testing.T) {
		s := startApplication(t)
		p := joinPolling(t, s.addr, pollingTarget)
		p.Post(t, `42["close"]`+"\x1e"+`42["note","behind"]`)
		p.Get(t)
		if lines := s.awaitNote(t, "disconnect: "); !slices.Contains(lines, "note: behind") {
			t.Errorf("the application has noted %q", lines)
		}
	})
	t.Run("clients that come after io.Close, where the server listens again", func(t *testing.T) {
		s := startApplication(t)
		before := connectTo(t, s, "")
		s.tell(t, "/close")
		before.End(t)
		for end := time.Now().Add(wiretest.Patience); ; time.Sleep(100 * time.Millisecond) {
			after, err := wiretest.TryConnect(s.addr)
			if err == nil {
				defer after.Conn.Close()
				after.Send(t, `42["echo",1]`)
				after.Want(t, `42["echo",1]`)
				return
			}
			if time.Now().After(end) {
				t.Fatal(err)
			}
		}
	})
	for name, row := range map[string]struct {
		reason string
		end    func(t *testing.T, p *wiretest.Polling)
	}{
		"that the application closes":                                  {"forced close", func(t *testing.T, p *wiretest.Polling) { p.Post(t, `42["close"]`); p.Get(t) }},
		"that the application closes, and that its client closes then": {"transport close", func(t *testing.T, p *wiretest.Polling) { p.Post(t, `42["close"]`); p.Post(t, "1") }},
		"whose socket the application disconnects":                     {"server namespace disconnect", func(t *testing.T, p *wiretest.Polling) { p.Post(t, `42["leave"]`); p.Get(t) }},
		"that its client closes":                                       {"transport close", func(t *testing.T, p *wiretest.Polling) { p.Post(t, "1") }},
		"that sends what is no packet":                                 {"parse error", func(t *testing.T, p *wiretest.Polling) { p.Post(t, "abc") }},
	} {
		t.Run("the reason of a session without a poll "+name, func(t *testing.T) {
			s := startApplication(t)
			p := joinPolling(t, s.addr, pollingTarget)
			row.end(t, p)
			lines := s.awaitNote(t, "disconnect: ")
			if got := lines[len(lines)-1]; got != "disconnect: "+row.reason {
				t.Errorf("the application has noted %q, want %q", got, row.reason)
			}
		})
	}
}

// What the application ends is the end: clients stay away. It is other than what
// TestEndsThatClientsReturnFromLookLikeALostConnection is about.
func TestEndsByTheApplicationAreToldToClients(t *testing.T) {
	t.Run("a disconnect of all", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, "")
		w.Send(t, `42["leave"]`)
		w.Want(t, "41")
		w.WantClose(t, wiretest.NoCode)
	})
	t.Run("io.Close, for a WebSocket", func(t *testing.T) {
		s := startApplication(t)
		w := connectTo(t, s, "")
		s.tell(t, "/close")
		w.WantClose(t, wiretest.NoCode)
	})
	t.Run("io.Close, for a poll that is held", func(t *testing.T) {
		s := startApplication(t)
		p := joinPolling(t, s.addr, pollingTarget)
		held := p.Hold(t)
		time.Sleep(50 * time.Millisecond) // for the poll to be there
		s.tell(t, "/close")
		held().Want(t, 200, "1")
	})
}
