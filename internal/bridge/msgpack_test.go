package bridge

import (
	"strings"
	"testing"

	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/wiretest"
)

// packedPeer is a client that speaks MessagePack and has joined "/".
func packedPeer(t *testing.T, f *fixture) *wiretest.WebSocket {
	t.Helper()
	w := open(t, f)
	w.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x82\xA4type\x00\xA3nsp\xA1/"})
	if got := w.Next(t); got.Op != wiretest.Binary || !strings.HasPrefix(got.Payload, "\x83\xA4type\x00\xA3nsp\xA1/\xA4data\x81\xA3sid") {
		t.Fatalf("the CONNECT reply is %q", got.Payload)
	}
	return w
}

func TestServerThatSpeaksMessagePack(t *testing.T) {
	const head = "\x83\xA4type\x02\xA3nsp\xA1/\xA4data"
	opts := options()
	opts.SetParser(MessagePack)
	f := serve(t, opts, func(f *fixture) {
		f.Handle("/", "relay", func(e *Event) { e.Broadcast("relay", e.Arg(0), e.Arg(1)) })
		f.onConnection("/", func(s *socket.Socket) {
			s.On("echo", func(args ...any) {
				args[1].(socket.Ack)(args[:1], nil)
				s.Emit("echo", args[0])
			})
		})
	})
	a, b := packedPeer(t, f), packedPeer(t, f)
	a.Write(wiretest.Frame{Op: wiretest.Binary, Payload: head + "\x92\xA5relay\x81\xA1a\xC4\x02hi"})
	b.WantBinary(t, head+"\x93\xA5relay\x81\xA1a\xC4\x02hi\xD4\x00\x00")
	a.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x84\xA4type\x02\xA3nsp\xA1/\xA4data\x92\xA4echo\xC4\x02hi\xA2id\x07"})
	a.WantBinary(t, "\x84\xA4type\x03\xA3nsp\xA1/\xA2id\x07\xA4data\x91\xC4\x02hi")
	a.WantBinary(t, head+"\x92\xA4echo\xC4\x02hi")
	f.io.Emit("all", map[string]any{"n": 1})
	for _, w := range []*wiretest.WebSocket{a, b} {
		w.WantBinary(t, head+"\x92\xA3all\x81\xA1n\x01")
	}
	a.Send(t, `42["relay",1]`)
	a.WantClose(t, wiretest.NoCode)
}

func TestOptionsWithAParserServeAgain(t *testing.T) {
	opts := options()
	opts.SetParser(MessagePack)
	New(opts, testLog()).Close()
	if f := serve(t, opts, nil); f.encoder != MessagePack.(packetParser).b.encoder {
		t.Error("the second server speaks something else")
	}
}

func TestParserThatTheEngineCannotUse(t *testing.T) {
	opts := options()
	opts.SetParser(parser.NewParser())
	defer func() {
		if p := recover(); p == nil {
			t.Error("nobody is told")
		}
	}()
	New(opts, testLog())
}
