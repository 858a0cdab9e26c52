package engine

import (
	"strings"
	"testing"

	"signaling/internal/websocket"
	"signaling/internal/wiretest"
)

// deflating serves an echo that compresses.
func deflating(t *testing.T, above int) *fixture {
	t.Helper()
	opts := options()
	opts.DeflateAbove, opts.MaxPayload = above, 50_000
	return serve(t, opts, echo)
}

// offer dials with an offer of compression.
func (f *fixture) offer(t *testing.T, target, parameters string) *wiretest.WebSocket {
	t.Helper()
	w := wiretest.Dial(t, f.addr, target, "Sec-WebSocket-Extensions: permessage-deflate"+parameters)
	if got := w.Header.Get("Sec-WebSocket-Extensions"); !strings.HasPrefix(got, "permessage-deflate; ") {
		t.Fatalf("the offer is answered %q", got)
	}
	w.Next(t) // the open packet
	return w
}

// wantNext reads a message and compares it, and whether it came compressed.
func wantNext(t *testing.T, w *wiretest.WebSocket, payload string, compressed bool) {
	t.Helper()
	if f := w.Next(t); f.Payload != payload || (f.Reserved != 0) != compressed {
		t.Fatalf("the message is %.80q, compressed: %v; want %.80q, %v", f.Payload, f.Reserved != 0, payload, compressed)
	}
}

func TestCompressionIsOffUnlessAskedFor(t *testing.T) {
	f := serve(t, options(), echo)
	w := wiretest.Dial(t, f.addr, target+WebSocket, "Sec-WebSocket-Extensions: permessage-deflate")
	if got := w.Header.Get("Sec-WebSocket-Extensions"); got != "" {
		t.Errorf("a server without compression answers %q", got)
	}
	w.Next(t)
	w.Write(wiretest.Frame{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4a")})
	w.WantClose(t, int(websocket.ProtocolError))
}

func TestCompressedMessages(t *testing.T) {
	long, longer := "4"+strings.Repeat("ab", 50), "4"+strings.Repeat("0123456789", 2000)
	noise := "4" // and every character of ASCII once
	for c := range rune(128) {
		noise += string(c)
	}
	for _, row := range []struct {
		name       string
		parameters string
		frames     []wiretest.Frame
		want       string
		compressed bool // the answer
	}{
		{"a long one", "; client_max_window_bits", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate(long)}}, long, true},
		{"one of many kilobytes", "", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate(longer)}}, longer, true},
		{"one that came as it is", "", wiretest.Texts(long), long, true},
		{"one below the threshold", "", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4short")}}, "4short", false},
		{"one that would not get shorter", "", wiretest.Texts(noise), noise, false},
		{"one as long as the client's window", "; server_max_window_bits=8", wiretest.Texts("4" + strings.Repeat("x", 255)), "4" + strings.Repeat("x", 255), true},
		{"one that is longer", "; server_max_window_bits=8", wiretest.Texts("4" + strings.Repeat("x", 256)), "4" + strings.Repeat("x", 256), false},
		{"in fragments", "", []wiretest.Frame{
			{Op: wiretest.Text, Reserved: wiretest.Compressed, More: true, Payload: wiretest.Deflate(long)[:5]},
			{Op: wiretest.Ping}, {Payload: wiretest.Deflate(long)[5:]},
		}, long, true},
		{"a last block that says so", "", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: "\x33\x49\x04\x00\x00"}}, "4a", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := deflating(t, 100).offer(t, target+WebSocket, row.parameters)
			for range 2 { // without a context, the second time is as the first
				if err := w.Write(row.frames...); err != nil {
					t.Fatal(err)
				}
				wantNext(t, w, row.want, row.compressed)
			}
		})
	}
}

func TestCompressedBinaryInTheRevisionsOwnForm(t *testing.T) {
	f := deflating(t, 10)
	data := strings.Repeat("\x00\xFF", 50)
	w := f.offer(t, target+WebSocket, "")
	w.Write(wiretest.Frame{Op: wiretest.Binary, Reserved: wiretest.Compressed, Payload: wiretest.Deflate(data)})
	wantNext(t, w, data, true)
	old := f.offer(t, target3+WebSocket, "")
	old.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x04" + data})
	wantNext(t, old, "\x04"+data, true)
	base64 := f.offer(t, target3+WebSocket+"&b64=1", "")
	base64.Write(wiretest.Frame{Op: wiretest.Binary, Payload: "\x04\x01\x02\x03\x04\x05\x06\x07\x08\x09"})
	wantNext(t, base64, "b4AQIDBAUGBwgJ", false)
}

func TestUpgradeCarriesCompression(t *testing.T) {
	f := deflating(t, 10)
	p, _ := f.polling(t)
	w := wiretest.Dial(t, f.addr, target+WebSocket+"&sid="+p.SID, "Sec-WebSocket-Extensions: permessage-deflate")
	w.Write(wiretest.Frame{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("2probe")})
	wantNext(t, w, "3probe", false)
	w.Send(t, "5", "4"+strings.Repeat("x", 100))
	wantNext(t, w, "4"+strings.Repeat("x", 100), true)
}

func TestCompressedMessageThatBreaksTheRules(t *testing.T) {
	for _, row := range []struct {
		name   string
		frames []wiretest.Frame
		code   websocket.CloseCode
	}{
		{"one that holds more than the limit", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4" + strings.Repeat("x", 50_000))}}, websocket.MessageTooBig},
		{"what is not compressed", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: "4hello"}}, websocket.InvalidData},
		{"one that is cut off", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4" + NewID())[:9]}}, websocket.InvalidData},
		{"what is not UTF-8", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4\xC3\x28")}}, websocket.InvalidData},
		{"a continuation with the bit", []wiretest.Frame{{Op: wiretest.Text, More: true, Payload: "4"}, {Reserved: wiretest.Compressed, Payload: "x"}}, websocket.ProtocolError},
		{"a ping with the bit", []wiretest.Frame{{Op: wiretest.Ping, Reserved: wiretest.Compressed}}, websocket.ProtocolError},
		{"another reserved bit", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed | 0x20, Payload: wiretest.Deflate("4a")}}, websocket.ProtocolError},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := deflating(t, 100).offer(t, target+WebSocket, "")
			w.Write(row.frames...)
			w.WantClose(t, int(row.code))
		})
	}
}
