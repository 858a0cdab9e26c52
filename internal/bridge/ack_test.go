package bridge

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

func TestAcknowledgementsFromTheServer(t *testing.T) {
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.On("ask", func(args ...any) {
				ack := args[len(args)-1].(socket.Ack)
				ack(args[:len(args)-1], nil)
				ack([]any{"twice"}, nil)
			})
			s.On("later", func(args ...any) {
				go args[0].(socket.Ack)([]any{types.NewBytesBufferString("bin")}, nil) // ends when it is sent
			})
			s.On("nil", func(args ...any) { args[0].(socket.Ack)(nil, nil) })
			s.On("bad", func(args ...any) { args[0].(socket.Ack)([]any{make(chan int)}, nil) })
		})
	})
	p := wiretest.Connect(t, f.addr)
	p.Send(t, `427["ask",1,"x"]`)
	p.Want(t, `437[1,"x"]`)
	p.Send(t, `420["later"]`)
	p.Want(t, `461-0[{"_placeholder":true,"num":0}]`)
	p.WantBinary(t, "bin")
	p.Send(t, `421["nil"]`)
	p.Want(t, `431[]`)
	p.Send(t, `422["bad"]`, `423["nil"]`)
	p.Want(t, `433[]`) // what has no JSON form is not sent, and ends nothing
	if !strings.Contains(f.log.String(), "acknowledgement not sent") {
		t.Error("the log does not tell of the acknowledgement that was not sent")
	}
}

func TestAcknowledgementsFromTheClient(t *testing.T) {
	called := make(chan string, 8)
	ack := func(args []any, err error) { called <- fmt.Sprint(args, err) }
	f := serve(t, options(), func(f *fixture) {
		f.onConnection("/", func(s *socket.Socket) {
			s.Emit("one", ack)
			s.Emit("two", "x", ack)
			s.Timeout(10*time.Millisecond).Emit("late", ack)
		})
	})
	p := wiretest.Connect(t, f.addr)
	ids := map[string]string{}
	for range 3 {
		var id, name string
		packet := p.Next(t).Payload
		digits, rest, _ := strings.Cut(strings.TrimPrefix(packet, "42"), "[")
		id = digits
		name = strings.Trim(strings.Split(rest, ",")[0], `"]`)
		ids[name] = id
	}
	if got := next(t, "timeout", called); got != "[] operation has timed out" {
		t.Errorf("the late one is called with %q", got)
	}
	p.Send(t, "43"+ids["late"]+`["too late"]`, "43"+ids["two"]+`["second",2]`, "43"+ids["two"]+`["again"]`)
	p.Send(t, "461-"+ids["one"]+`[{"_placeholder":true,"num":0}]`)
	p.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "bin"})
	if got := next(t, "acknowledgement", called); got != "[second 2] <nil>" {
		t.Errorf("the second is called with %q", got)
	}
	if got := next(t, "acknowledgement", called); !strings.HasSuffix(got, "] <nil>") {
		t.Errorf("the first is called with %q", got)
	}
	select {
	case got := <-called:
		t.Errorf("another one is called with %q", got)
	default:
	}
}
