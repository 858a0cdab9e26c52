package bridge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// asking lets those in whose auth has the word "please".
func asking(seen chan<- Applicant) Admission {
	return func(a Applicant) *Refusal {
		if seen != nil {
			seen <- a
		}
		if a.Auth["say"] == "please" {
			return nil
		}
		return &Refusal{Code: "rude", Message: "say please"}
	}
}

func TestAdmission(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.Admit(asking(nil))
		f.io.Of("/chat", nil)
		f.io.Of(dynamic, nil)
		f.io.Of("/strict", nil).Use(func(_ *socket.Socket, next func(*socket.ExtendedError)) {
			next(socket.NewExtendedError("not even then", nil))
		})
	})
	for _, row := range []struct{ name, target, send, prefix, refusal string }{
		{"let in", wiretest.PeerTarget, `40{"say":"please"}`, `40`, ""},
		{"turned away", wiretest.PeerTarget, `40{"say":"now"}`, `44`, "say please rude"},
		{"turned away without auth", wiretest.PeerTarget, `40`, `44`, "say please rude"},
		{"let into another namespace", wiretest.PeerTarget, `40/chat,{"say":"please"}`, `40/chat,`, ""},
		{"turned away from another namespace", wiretest.PeerTarget, `40/chat,`, `44/chat,`, "say please rude"},
		{"let into a namespace that comes into being", wiretest.PeerTarget, `40/dynamic-a,{"say":"please"}`, `40/dynamic-a,`, ""},
		{"turned away from one that does", wiretest.PeerTarget, `40/dynamic-b,`, `44/dynamic-b,`, "say please rude"},
		{"turned away from one that is there", wiretest.PeerTarget, `40/dynamic-a,`, `44/dynamic-a,`, "say please rude"},
		{"let in, and refused by the namespace", wiretest.PeerTarget, `40/strict,{"say":"please"}`, `44/strict,`, "not even then "},
		{"turned away before the namespace is asked", wiretest.PeerTarget, `40/strict,`, `44/strict,`, "say please rude"},
		{"revision 3, turned away", target3, ``, `44`, "say please rude"},
		{"revision 3, let into a namespace by its query", target3, `40/chat?say=please`, `40/chat`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := wiretest.Dial(t, f.addr, row.target)
			w.Next(t)
			if row.send != "" {
				if row.target == target3 {
					w.Next(t) // what became of "/"
				}
				w.Send(t, row.send)
			}
			got := w.Next(t).Payload
			if body, ok := strings.CutPrefix(got, row.prefix); !ok || row.refusal != "" && refusal(t, body) != row.refusal {
				t.Errorf("answered %q, want %s %s", got, row.prefix, row.refusal)
			}
		})
	}
}

// refusal returns the message and the code of a CONNECT_ERROR's data.
func refusal(t *testing.T, body string) string {
	t.Helper()
	var e struct {
		Message, Code string // revision 3 gets the data alone
		Data          *struct{ Message, Code string }
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("CONNECT_ERROR %q: %v", body, err)
	}
	if e.Data != nil {
		e.Code = e.Data.Code
	}
	return e.Message + " " + e.Code
}

func TestApplicant(t *testing.T) {
	seen := make(chan Applicant, 8)
	f := serve(t, options(), func(f *fixture) { f.Admit(asking(seen)) })
	w := wiretest.Dial(t, f.addr, wiretest.PeerTarget+"&colour=red", "X-Sign: 7")
	w.Next(t)
	w.Send(t, `40{"say":"please","n":[1]}`)
	a := next(t, "applicant", seen)
	if a.Namespace != "/" || fmt.Sprint(a.Auth) != "map[n:[1] say:please]" {
		t.Errorf("the applicant is %+v", a)
	}
	if a.Request.URL.Query().Get("colour") != "red" || a.Request.Header.Get("X-Sign") != "7" {
		t.Errorf("its request is %v %v", a.Request.URL, a.Request.Header)
	}
}

// Who comes back after a loss is asked again: what let it in may hold no more.
func TestRecoveredSessionsAreAsked(t *testing.T) {
	f := serve(t, recovering(), func(f *fixture) { f.Admit(asking(nil)) })
	for _, row := range []struct{ auth, prefix string }{{`,"say":"please"}`, "40"}, {"}", "44"}} {
		w, k, _ := join(t, f, `{"say":"please"}`)
		w.Conn.Close()
		eventually(t, "the server knows that it is gone", func() bool { return f.io.Sockets().Sockets().Len() == 0 })
		again := open(t, f)
		again.Send(t, "40"+strings.TrimSuffix(k.back(), "}")+row.auth)
		got := again.Next(t).Payload
		if !strings.HasPrefix(got, row.prefix) || (row.prefix == "40") != strings.Contains(got, k.SID) {
			t.Errorf("a lost session came back with %q, want %s", got, row.prefix)
		}
		again.Conn.Close()
		eventually(t, "the server is empty again", func() bool { return f.Engine().ClientsCount() == 0 })
	}
}
