package bridge

import (
	"fmt"
	"sync"
	"testing"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

func TestBinaryInBothDirections(t *testing.T) {
	got := make(chan []any, 1)
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.On("bin", func(args ...any) { got <- args })
		})
	})
	p := wiretest.Connect(t, f.addr)
	p.Send(t, `452-["bin",{"a":{"_placeholder":true,"num":1},"b":[{"_placeholder":true,"num":0}]}]`)
	p.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "zero"}, wiretest.Frame{Op: wiretest.Binary, Payload: "one"})
	args := next(t, "event", got)[0].(map[string]any)
	if a := fmt.Sprint(args["a"]); a != "one" {
		t.Errorf("a is %q", a)
	}
	if b := fmt.Sprint(args["b"].([]any)[0]); b != "zero" {
		t.Errorf("b is %q", b)
	}
	f.io.Emit("bin", []byte{1, 2}, map[string]any{"x": types.NewBytesBufferString("buf")})
	p.Want(t, `452-["bin",{"_placeholder":true,"num":0},{"x":{"_placeholder":true,"num":1}}]`)
	p.WantBinary(t, "\x01\x02")
	p.WantBinary(t, "buf")
}

// A packet and its attachments stay together, whoever else sends meanwhile.
func TestBinaryOfTheModuleAmidOurBroadcasts(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.Handle("/", "relay", func(e *Event) { e.Broadcast("relay", e.Arg(0)) })
	})
	receiver := wiretest.Connect(t, f.addr)
	const n = 150
	var all sync.WaitGroup
	for range 2 {
		sender := wiretest.Connect(t, f.addr)
		all.Go(func() {
			for range n {
				frames := append(wiretest.Texts(`42["relay",1]`, `451-["relay",{"_placeholder":true,"num":0}]`), wiretest.Frame{Op: wiretest.Binary, Payload: "ours"})
				if err := sender.Write(frames...); err != nil {
					t.Error(err)
				}
				// The sender has to read what the others send.
			}
		})
		all.Go(func() {
			for range n {
				f.io.To(socket.Room(receiver.ID)).Emit("module", []byte("theirs"), []byte("more"))
			}
		})
	}
	texts, binaries := 0, map[string]int{}
	for range 2*n*2 + 2*n { // relays of both kinds, and the module's
		switch m := receiver.Next(t); m.Payload {
		case `42["relay",1]`:
			texts++
		case `451-["relay",{"_placeholder":true,"num":0}]`:
			receiver.WantBinary(t, "ours")
			binaries["ours"]++
		case `452-["module",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`:
			receiver.WantBinary(t, "theirs")
			receiver.WantBinary(t, "more")
			binaries["theirs"]++
		default:
			t.Fatalf("%q comes where a packet begins", m.Payload)
		}
	}
	all.Wait()
	if texts != 2*n || binaries["ours"] != 2*n || binaries["theirs"] != 2*n {
		t.Errorf("%d texts and %v binary events arrived, want %d of each", texts, binaries, 2*n)
	}
}
