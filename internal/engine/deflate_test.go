package engine

import (
	"fmt"
	"math"
	"net"
	"strings"
	"testing"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

func TestAnswerToOffersOfCompression(t *testing.T) {
	const plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	for _, row := range []struct {
		name   string
		offers []string
		answer string
		window int
	}{
		{"none", nil, "", 0},
		{"the bare name", []string{"permessage-deflate"}, plain, math.MaxInt},
		{"as browsers offer it", []string{"permessage-deflate; client_max_window_bits"}, plain, math.MaxInt},
		{"a window of the client's", []string{"permessage-deflate; client_max_window_bits=10"}, plain, math.MaxInt},
		{"no context in either direction", []string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}, plain, math.MaxInt},
		{"a window for the server", []string{"permessage-deflate; server_max_window_bits=9"}, plain + "; server_max_window_bits=9", 512},
		{"the largest window", []string{"permessage-deflate;server_max_window_bits=15"}, plain + "; server_max_window_bits=15", 1 << 15},
		{"a value in quotes", []string{`permessage-deflate; server_max_window_bits="8"`}, plain + "; server_max_window_bits=8", 256},
		{"the first that can be met", []string{"x-other, permessage-deflate; server_max_window_bits=99, permessage-deflate; server_max_window_bits=12, permessage-deflate"},
			plain + "; server_max_window_bits=12", 4096},
		{"in the second header", []string{"x-other", "permessage-deflate"}, plain, math.MaxInt},
		{"another extension", []string{"x-webkit-deflate-frame"}, "", 0},
		{"a window that is too small", []string{"permessage-deflate; server_max_window_bits=7"}, "", 0},
		{"a window that is too large", []string{"permessage-deflate; client_max_window_bits=16"}, "", 0},
		{"a window with a zero before it", []string{"permessage-deflate; server_max_window_bits=09"}, "", 0},
		{"a window with a sign", []string{"permessage-deflate; server_max_window_bits=+9"}, "", 0},
		{"a window without a value", []string{"permessage-deflate; server_max_window_bits"}, "", 0},
		{"an empty value", []string{"permessage-deflate; client_max_window_bits="}, "", 0},
		{"a value where none belongs", []string{"permessage-deflate; server_no_context_takeover=1"}, "", 0},
		{"a parameter twice", []string{"permessage-deflate; client_max_window_bits; client_max_window_bits=9"}, "", 0},
		{"a parameter that is unknown", []string{"permessage-deflate; level=9"}, "", 0},
		{"what is no list", []string{";;=,,"}, "", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if answer, window := agreeOnDeflate(row.offers); answer != row.answer || window != row.window {
				t.Errorf("the answer is %q with a window of %d, want %q with %d", answer, window, row.answer, row.window)
			}
		})
	}
}

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
	w.WantClose(t, int(codeProtocol))
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
		code   closeCode
	}{
		{"one that holds more than the limit", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4" + strings.Repeat("x", 50_000))}}, codeTooLarge},
		{"what is not compressed", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: "4hello"}}, codeBadText},
		{"one that is cut off", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4" + NewID())[:9]}}, codeBadText},
		{"what is not UTF-8", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: wiretest.Deflate("4\xC3\x28")}}, codeBadText},
		{"a continuation with the bit", []wiretest.Frame{{Op: wiretest.Text, More: true, Payload: "4"}, {Reserved: wiretest.Compressed, Payload: "x"}}, codeProtocol},
		{"a ping with the bit", []wiretest.Frame{{Op: wiretest.Ping, Reserved: wiretest.Compressed}}, codeProtocol},
		{"another reserved bit", []wiretest.Frame{{Op: wiretest.Text, Reserved: wiretest.Compressed | 0x20, Payload: wiretest.Deflate("4a")}}, codeProtocol},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := deflating(t, 100).offer(t, target+WebSocket, "")
			w.Write(row.frames...)
			w.WantClose(t, int(row.code))
		})
	}
}

func TestCompressedMessagesAreRead(t *testing.T) {
	message := strings.Repeat("ab", 1000)
	client, server := net.Pipe()
	told := new(log)
	c := newWSConn(new(netpoll.Group).NewConn(server, func() {}), 1<<20, math.MaxInt, nil)
	c.handler = told
	result := ended(c)
	client.Write(wiretest.Bytes(wiretest.Frame{Op: wiretest.Binary, Reserved: wiretest.Compressed, Payload: wiretest.Deflate(message)}))
	client.Close()
	<-result
	if len(told.lines) != 1 || told.lines[0] != "binary "+message {
		t.Errorf("the handler was told %.100q", told.lines)
	}
}

// A broadcast's frame is compressed for the first receiver that takes it, and
// the others get the same bytes.
func TestFrameIsCompressedOnce(t *testing.T) {
	to := func(rev Revision) framing { return framing{rev: rev, deflateAbove: 10, window: math.MaxInt} }
	for name, p := range map[string]*Packet{"text": text(strings.Repeat("x", 100)), "binary": message(strings.Repeat("x", 100), true)} {
		t.Run(name, func(t *testing.T) {
			for _, rev := range []Revision{Revision3, Revision4} {
				first, second := p.frameFor(to(rev)), p.frameFor(to(rev))
				if &first[0] != &second[0] || first[0]&rsv1Bit == 0 {
					t.Errorf("revision %d: % .10x and % .10x are not one compressed frame", rev, first, second)
				}
				if without := p.frameFor(framing{rev: rev}); without[0]&rsv1Bit != 0 {
					t.Errorf("revision %d: who has not agreed gets % .10x", rev, without)
				}
			}
			if f := p.Uncompressed().frameFor(to(Revision4)); f[0]&rsv1Bit != 0 {
				t.Errorf("what is marked as not to be compressed is % .10x", f)
			}
		})
	}
}

func FuzzInflate(f *testing.F) {
	for _, message := range []string{"", "4a", strings.Repeat("x", 5000), NewID()} {
		f.Add([]byte(message), uint16(1000))
		f.Add([]byte(wiretest.Deflate(message)), uint16(4999))
	}
	f.Fuzz(func(t *testing.T, data []byte, limit uint16) {
		in := inflaters.Get().(*inflater)
		defer in.release()
		if out, err := in.inflate(data, int(limit)); err == nil && len(out) > int(limit) {
			t.Errorf("%d bytes under a limit of %d", len(out), limit)
		} else if want, wantErr := wiretest.Inflate(string(data)); wantErr == nil && len(want) <= int(limit) && (err != nil || string(out) != want) {
			t.Errorf("%d bytes (%v), want %d", len(out), err, len(want))
		}
		frame := deflated(message(string(data), true).wsFrame(Revision4, false))
		payload := string(framePayload(frame))
		if frame[0]&rsv1Bit != 0 {
			out, err := in.inflate([]byte(payload), math.MaxInt-1)
			if payload = string(out); err != nil {
				t.Fatal(fmt.Errorf("what was compressed here: %w", err))
			}
		}
		if payload != string(data) {
			t.Errorf("%q comes back as %q", data, payload)
		}
	})
}
