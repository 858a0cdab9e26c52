package handlers

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"signaling/internal/wiretest"
)

// FuzzSession sends whatever it likes through a whole server: a client of either
// revision that has connected, and messages of it, one a line; a line that
// begins with b is binary. The server neither panics nor goes quiet, and two
// others talk on.
func FuzzSession(f *testing.F) {
	for _, row := range relayRows {
		f.Add([]byte(strings.Join(row.send, "\n")), true)
	}
	for _, lines := range []string{
		"40\n41\n40", "41\n42[\"offer\",1]\n40", "40/nope,\n40//x?a=b,", "43[1]\n431[1]", "451-[\"offer\",{\"_placeholder\":true,\"num\":5}]\nbx",
		"42[\"message\",null]\n42[\"message\"]", "2\n3\n3probe\n5", "42[1]\n42[1e999]\n42[\"\\ud800\"]",
	} {
		f.Add([]byte(lines), true)
		f.Add([]byte(lines), false)
	}
	s := serve(f)
	a, b := s.peers[0], s.peers[1]
	s.peers[2].Conn.Close() // two are enough to hear what is relayed
	f.Fuzz(func(t *testing.T, lines []byte, four bool) {
		c := s.stranger(t, four)
		frames := []wiretest.Frame{}
		for line := range bytes.SplitSeq(lines, []byte("\n")) {
			switch {
			case len(line) > 0 && line[0] == 'b':
				frames = append(frames, wiretest.Frame{Op: wiretest.Binary, Payload: string(line[1:])})
			case utf8.Valid(line):
				frames = append(frames, wiretest.Frame{Op: wiretest.Text, Payload: "4" + string(line)})
			}
		}
		c.Write(append(frames, wiretest.Frame{Op: wiretest.Ping, Payload: "end"})...) // fails when the server has closed
		untilPong(t, c)
		a.Send(t, `42["message",{"channel":"`+b.ID+`","message":"end"}]`)
		b.Send(t, `42["message",{"channel":"`+a.ID+`","message":"end"}]`)
		untilEnd(t, a)
		untilEnd(t, b)
		if log := s.log.Take(); strings.Contains(log, "panic") {
			t.Fatalf("the log has a panic in it: %.2000s", log[strings.Index(log, "panic"):])
		}
	})
}

// stranger connects a client of either revision.
func (f *fixture) stranger(t *testing.T, four bool) *wiretest.WebSocket {
	t.Helper()
	if four {
		return wiretest.Connect(t, f.addr).WebSocket
	}
	w := wiretest.Dial(t, f.addr, "/socket.io/?EIO=3&transport=websocket")
	w.Next(t)
	w.Want(t, "40")
	return w
}

// untilPong reads until all that was sent is handled, or the connection closed.
func untilPong(t *testing.T, w *wiretest.WebSocket) {
	t.Helper()
	defer w.Conn.Close()
	for {
		frame, err := w.Read()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			t.Fatal("the server has gone quiet")
		case err != nil, frame.Op == wiretest.Close, frame.Op == wiretest.Pong && frame.Payload == "end":
			return
		}
	}
}

func untilEnd(t *testing.T, p *wiretest.Peer) {
	t.Helper()
	for p.Next(t).Payload != `42["message","end"]` {
	}
}
