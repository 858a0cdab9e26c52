package bridge

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/adapter"
	"signaling/internal/engine"
	"signaling/internal/packet"
)

// steps are the transitions by the names they have in lifecycleRows. The client
// has joined the namespace "/", with the socket a or b.
var steps = map[string]func(l *lifecycle) followUp{
	"CONNECT":               func(l *lifecycle) followUp { return l.begin("/", checking) },
	"CONNECT to /x":         func(l *lifecycle) followUp { return l.begin("/x", checking) },
	"DISCONNECT":            func(l *lifecycle) followUp { return l.begin("/", leaveRequested) },
	"rejected":              func(l *lifecycle) followUp { return l.rejected("/") },
	"a is registered":       func(l *lifecycle) followUp { l.admit(nil, nil, "a", nil, RoomCapacity{}); return followUp{} },
	"b is registered":       func(l *lifecycle) followUp { l.admit(nil, nil, "b", nil, RoomCapacity{}); return followUp{} },
	"b is refused":          func(l *lifecycle) followUp { l.refuse("b"); return followUp{} },
	"a's listeners done":    func(l *lifecycle) followUp { return l.listenersDone("/", "a") },
	"b's listeners done":    func(l *lifecycle) followUp { return l.listenersDone("/", "b") },
	"leave announced":       func(l *lifecycle) followUp { return l.announceLeave("/") },
	"leave announced in /x": func(l *lifecycle) followUp { return l.announceLeave("/x") },
	"a's leave begun":       func(l *lifecycle) followUp { l.leaveBegun("/", "a"); return followUp{} },
	"a left":                func(l *lifecycle) followUp { return l.left("/", "a") },
	"b left":                func(l *lifecycle) followUp { return l.left("/", "b") },
	"time out":              func(l *lifecycle) followUp { return l.leaveTimedOut(l.operation.Load()) },
	"cancel":                func(l *lifecycle) followUp { return l.cancel() },
	"panic":                 func(l *lifecycle) followUp { return l.interrupted() },
	"end":                   func(l *lifecycle) followUp { return l.ended(engine.TransportClose) },
}

var lifecycleRows = []struct{ name, script string }{
	{"a CONNECT that succeeds", "CONNECT: checking; a is registered: connecting; a's listeners done: none, completed"},
	{"a CONNECT that is rejected", "CONNECT: checking; rejected: none, completed"},
	{"a rejection of another namespace", "CONNECT to /x: checking; rejected: checking"},
	{"a CONNECT that a room refuses", "CONNECT: checking; b is refused: connecting; b's listeners done: none, completed"},
	{"a DISCONNECT of the client", "DISCONNECT: leaveRequested; a's leave begun: leaveRequested; a left: none, completed"},
	{"a DISCONNECT of the server", "leave announced: leaveAnnounced, timeOut; a's leave begun: leaving; time out: leaving; a left: none, completed"},
	{"a DISCONNECT that is sent and does not come about", "leave announced: leaveAnnounced, timeOut; time out: none, completed"},
	{"a DISCONNECT of the server in another namespace than the client's", "leave announced in /x: none"},
	{"a socket that is disconnected while its listeners run", "CONNECT: checking; a is registered: connecting; leave announced: leaveAnnounced; a's leave begun: leaving; a's listeners done: leaving; a left: none, completed"},
	{"one that has left before its listeners are done", "CONNECT: checking; a is registered: connecting; leave announced: leaveAnnounced; a's leave begun: leaving; a left: none, completed; CONNECT: checking; b is registered: connecting; a's listeners done: connecting; b's listeners done: none, completed"},
	{"a second DISCONNECT of the socket before", "CONNECT: checking; b is registered: connecting; leave announced: leaveAnnounced; a's leave begun: leaveAnnounced; a left: leaveAnnounced; b's listeners done: leaveAnnounced, timeOut; time out: none, completed"},
	{"one that leaves while the next is being checked", "CONNECT: checking; leave announced: checking; a's leave begun: checking; a left: checking; b left: checking"},
	{"a CONNECT that replaces what the server has begun", "leave announced: leaveAnnounced, timeOut; CONNECT to /x: checking, completed; a left: checking"},
	{"canceled while the middlewares decide", "CONNECT: checking; cancel: none, completed"},
	{"canceled before the module takes up a DISCONNECT", "DISCONNECT: leaveRequested; cancel: none, completed"},
	{"not canceled once the socket is registered", "CONNECT: checking; a is registered: connecting; cancel: connecting"},
	{"not canceled when the server disconnects", "leave announced: leaveAnnounced, timeOut; cancel: leaveAnnounced; a's leave begun: leaving; cancel: leaving"},
	{"canceled when there is nothing", "cancel: none"},
	{"interrupted by a panic", "CONNECT: checking; a is registered: connecting; panic: none, completed; panic: none"},
	{"the end of an idle session", "end: none, reportEnd"},
	{"the end while the middlewares decide", "CONNECT: checking; end: checking, cancel; cancel: none, completed, reportEnd"},
	{"the end while the listeners run", "CONNECT: checking; end: checking, cancel; a is registered: connecting; cancel: connecting; a's listeners done: none, completed, reportEnd"},
	{"the end while a socket leaves", "DISCONNECT: leaveRequested; end: leaveRequested, cancel; a left: none, completed, reportEnd"},
	{"a socket that is registered after the end", "CONNECT: checking; end: checking, cancel; cancel: none, completed, reportEnd; a is registered: none; a's listeners done: none, disconnect"},
}

func TestLifecycle(t *testing.T) {
	names := [...]string{"checking", "connecting", "leaveRequested", "leaveAnnounced", "leaving"}
	for _, row := range lifecycleRows {
		t.Run(row.name, func(t *testing.T) {
			l := lifecycle{memberships: []membership{{&namespace{name: "/"}, new(adapter.Member)}}}
			for _, line := range strings.Split(row.script, "; ") {
				step, want, _ := strings.Cut(line, ": ")
				before := l.operation.Load()
				f := steps[step](&l)
				got := "none"
				if l.operation.Load() != nil {
					got = names[l.operation.Load().phase]
				}
				for _, todo := range []struct {
					name string
					is   bool
				}{{"completed", f.completed != nil}, {"timeOut", f.timeOut != nil}, {"cancel", f.cancel}, {"reportEnd", f.reportEnd}, {"disconnect", f.disconnect}} {
					if todo.is {
						got += ", " + todo.name
					}
				}
				if got != want {
					t.Fatalf("after %q it is %s, want %s", step, got, want)
				}
				if f.completed != nil && f.completed != before {
					t.Errorf("after %q another operation is completed", step)
				}
				if f.reportEnd && f.reason != engine.TransportClose {
					t.Errorf("after %q the reason is %q", step, f.reason)
				}
			}
		})
	}
}

func TestJoinTimer(t *testing.T) {
	for name, row := range map[string]struct {
		stop  func(l *lifecycle)
		fires bool
	}{
		"nothing happens":  {func(*lifecycle) {}, true},
		"the session ends": {func(l *lifecycle) { l.ended(engine.TransportClose) }, false},
		"it joins": {func(l *lifecycle) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.stopJoinTimerLocked()
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l lifecycle
				fired := false
				l.startJoinTimer(time.Second, func() { fired = true })
				time.Sleep(time.Second / 2)
				row.stop(&l)
				time.Sleep(time.Second)
				synctest.Wait()
				if fired != row.fires {
					t.Errorf("it fires: %t, want %t", fired, row.fires)
				}
			})
		})
	}
}

func TestCandidate(t *testing.T) {
	reply := []*packet.Packet{packet.NewBinary(nil)}
	var l lifecycle
	if l.holdReply(reply) || l.candidate.reply != nil {
		t.Error("a reply is held for no candidate")
	}
	l.hold(&namespace{name: "/"}, "a")
	if !l.holdReply(reply) || l.refusing("/") {
		t.Errorf("the reply is not held: %+v", l.candidate)
	}
	l.refuse("a")
	if l.holdReply(reply) || l.candidate.reply != nil {
		t.Error("a reply is held for a candidate that is refused")
	}
	if got := fmt.Sprint(l.refusing("/"), l.refusing("/x"), l.refusalDone("b"), l.refusalDone("a"), l.refusing("/"), l.refusalDone("a")); got != "true false false true false false" {
		t.Errorf("refused it is %s", got)
	}
}

func TestMemberships(t *testing.T) {
	one, two := new(adapter.Member), new(adapter.Member)
	l := lifecycle{memberships: []membership{{&namespace{name: "/"}, one}, {&namespace{name: "/x"}, two}}}
	copied := l.allJoined()
	if in, joined := l.joined("/x"); !joined || in.member != two || l.joinedCount() != 2 {
		t.Errorf("in /x it is %+v, %t", in, joined)
	}
	l.remove(one)
	l.remove(one)
	if _, joined := l.joined("/"); joined || l.joinedCount() != 1 || len(copied) != 2 || copied[0].member != one {
		t.Errorf("after leaving / it has joined %v, and the copy is %v", l.memberships, copied)
	}
}
