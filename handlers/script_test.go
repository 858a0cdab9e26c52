package handlers

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/wiretest"
)

// stage plays scripts: exchanges between clients and a server, one message a
// line, as docs/protocol.md shows them too.
//
//	Ann connects                  joins "/" over a WebSocket of revision 4
//	Ann connects with ?room=a     with something added to the URL
//	Ann opens ?EIO=3              opens a WebSocket and no more
//	Ann → 42["join","a"]          sends a message
//	Ann ← 40{"sid":"<Ann>"}       gets a message; this one names her id
//	Ann → binary abc              the message is binary
//	Ann vanishes                  closes the connection without a word
//
// <Ann> stands for Ann's id. What one does is handled before another begins. At
// the end nobody may have got anything more.
type stage struct {
	t      *testing.T
	addr   string
	io     *socket.Server
	log    *wiretest.Log
	cast   map[string]*actor
	acting string // who did something last
}

type actor struct {
	*wiretest.WebSocket
	id    string
	gone  bool
	inbox []wiretest.Frame // read, but not yet asked for
}

// newStage returns a stage with a server of its own.
func newStage(t *testing.T, l RoomLimits, tune ...func(*socket.ServerOptions)) *stage {
	t.Helper()
	opts := socket.DefaultServerOptions()
	opts.SetAllowEIO3(true)
	for _, f := range tune {
		f(opts)
	}
	s := &stage{t: t, log: new(wiretest.Log), cast: map[string]*actor{}}
	b := bridge.New(opts, slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	Register(b, l)
	web := httptest.NewServer(b)
	t.Cleanup(func() {
		b.Close()
		web.Close()
	})
	s.io, s.addr = b.Server(), web.Listener.Addr().String()
	return s
}

var scriptLine = regexp.MustCompile(`^(\w+) (connects|opens|vanishes|→|←)(?: (.*))?$`)

// play plays a script to its end.
func (s *stage) play(script string) {
	s.t.Helper()
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" {
			s.line(line)
		}
	}
	s.curtain()
}

func (s *stage) line(line string) {
	s.t.Helper()
	parts := scriptLine.FindStringSubmatch(line)
	if parts == nil {
		s.t.Fatalf("this is no line of a script: %q", line)
	}
	name, verb, rest := parts[1], parts[2], parts[3]
	if verb != "←" && name != s.acting {
		if last := s.cast[s.acting]; last != nil {
			s.settle(last)
		}
		s.acting = name
	}
	switch verb {
	case "connects":
		s.open(name, "?EIO=4"+strings.Replace(strings.TrimPrefix(rest, "with "), "?", "&", 1))
		s.actor(name).Send(s.t, "40")
		s.wants(name, `40{"sid":"<`+name+`>"}`)
	case "opens":
		s.open(name, rest)
	case "vanishes":
		a := s.actor(name)
		a.gone = true
		a.Conn.Close()
	case "→":
		frame := wiretest.Frame{Op: wiretest.Text, Payload: s.fill(rest)}
		if data, ok := strings.CutPrefix(rest, "binary "); ok {
			frame = wiretest.Frame{Op: wiretest.Binary, Payload: data}
		}
		if err := s.actor(name).Write(frame); err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
	case "←":
		s.wants(name, rest)
	}
}

func (s *stage) actor(name string) *actor {
	s.t.Helper()
	a := s.cast[name]
	if a == nil {
		s.t.Fatalf("%s is not connected", name)
	}
	return a
}

// open opens a WebSocket. Of a client of revision 3 the session's id is the
// socket's too.
func (s *stage) open(name, query string) {
	s.t.Helper()
	w := wiretest.Dial(s.t, s.addr, "/socket.io/"+query+"&transport=websocket")
	id, err := wiretest.SIDOf(w.Next(s.t).Payload, "0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.cast[name] = &actor{WebSocket: w, id: id}
}

// wants reads a message and compares it.
func (s *stage) wants(name, want string) {
	s.t.Helper()
	a := s.actor(name)
	got := s.next(a)
	if want == `40{"sid":"<`+name+`>"}` {
		id, err := wiretest.SIDOf(got.Payload, "40")
		if err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
		a.id = id
	}
	if got.Op == wiretest.Binary {
		got.Payload = "binary " + got.Payload
	}
	if got.Payload != s.fill(want) {
		s.t.Fatalf("%s got %s\nwant %s", name, got.Payload, s.fill(want))
	}
}

// fill puts the actors' ids in the place of their names.
func (s *stage) fill(text string) string {
	for name, a := range s.cast {
		text = strings.ReplaceAll(text, "<"+name+">", a.id)
	}
	return text
}

func (s *stage) next(a *actor) wiretest.Frame {
	s.t.Helper()
	if len(a.inbox) == 0 {
		return a.Next(s.t)
	}
	first := a.inbox[0]
	a.inbox = a.inbox[1:]
	return first
}

// settle waits until all that an actor has sent is handled.
func (s *stage) settle(a *actor) {
	s.t.Helper()
	if a.gone {
		return
	}
	a.Send(s.t, "40/nobody,")
	for {
		f := a.Next(s.t)
		if strings.HasPrefix(f.Payload, "44/nobody,") {
			return
		}
		a.inbox = append(a.inbox, f)
	}
}

// curtain checks that nobody has got anything that the script does not tell.
func (s *stage) curtain() {
	s.t.Helper()
	for range 2 { // what a slower one had sent before is there the second time
		for _, name := range slices.Sorted(maps.Keys(s.cast)) {
			a := s.cast[name]
			s.settle(a)
			if len(a.inbox) > 0 {
				s.t.Fatalf("%s got %s, and the script says nothing of it", name, a.inbox[0].Payload)
			}
		}
	}
}

// refused is the acknowledgement number id of a request that fails.
func refused(id int, r *bridge.Refusal) string {
	return fmt.Sprintf(`43%d[{"ok":false,"error":{"code":%q,"message":%q}}]`, id, r.Code, r.Message)
}

// ids returns the public and the private id in a CONNECT reply.
func ids(t *testing.T, packet string) (id, private string) {
	t.Helper()
	var reply struct{ SID, PID string }
	object, ok := strings.CutPrefix(packet, "40")
	if err := json.Unmarshal([]byte(object), &reply); !ok || err != nil || reply.PID == "" {
		t.Fatalf("packet %s is no CONNECT reply with a pid", packet)
	}
	return reply.SID, reply.PID
}

// waitFor waits until a condition holds.
func (s *stage) waitFor(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(wiretest.Patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("waited in vain until %s", what)
		}
	}
}
