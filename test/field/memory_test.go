//go:build field

package field

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// maxRetained is how many times the bytes that a client has sent it may make the
// server keep.
const maxRetained = 8

// field is something that a client can fill with bytes of its choice, which the
// server may keep as long as the client stays.
type field struct {
	name    string
	args    []string
	clients int // so many that what they fill is more than the noise of the heap
	// fill opens a session and fills the field, or does the same with next to
	// nothing if not told to. It returns when the server has handled it, and how
	// many bytes that took.
	fill func(t *testing.T, s *server, full bool) (sent int)
}

// headerBytes is a little less than what a header may have.
const headerBytes = 15_600

// inHandshake is a field of the request that opens a session; part returns n
// bytes of it.
func inHandshake(name string, target func(extra string) string, part func(n int) string, lines func(extra string) []string) field {
	return field{name: name, clients: 60, fill: func(t *testing.T, s *server, full bool) int {
		extra := part(10)
		if full {
			extra = part(headerBytes)
		}
		conn := wiretest.DialTCP(t, s.addr)
		request := wiretest.Handshake(target(extra), lines(extra)...)
		io.WriteString(conn, request)
		w, err := wiretest.Answered(conn)
		if err != nil {
			t.Fatal(err)
		}
		w.Next(t)
		w.Send(t, "40")
		w.Next(t)
		return len(request)
	}}
}

func plainTarget(string) string { return wiretest.PeerTarget }

func noLines(string) []string { return nil }

// repeat returns about n bytes of what each returns.
func repeat(n int, each func(i int) string) string {
	var all strings.Builder
	for i := 0; all.Len() < n; i++ {
		all.WriteString(each(i))
	}
	return all.String()
}

// handled waits until the server has handled all that was sent on a connection.
func handled(t *testing.T, w *wiretest.WebSocket) {
	t.Helper()
	if err := w.Write(wiretest.Frame{Op: wiretest.Ping, Payload: "handled"}); err != nil {
		t.Fatal(err)
	}
	for {
		f, err := w.Read()
		if err != nil {
			t.Fatal(err)
		}
		if f.Op == wiretest.Pong {
			return
		}
	}
}

// overWebSocket is a field of packets that each of some clients sends over
// WebSocket, about size bytes.
func overWebSocket(name string, clients, size int, frames func(size int) []wiretest.Frame, args ...string) field {
	return field{name: name, args: args, clients: clients, fill: func(t *testing.T, s *server, full bool) int {
		w := wiretest.Dial(t, s.addr, wiretest.PeerTarget)
		w.Next(t)
		n := 100
		if full {
			n = size
		}
		sent := wiretest.Bytes(frames(n)...)
		if _, err := w.Conn.Write(sent); err != nil {
			t.Fatal(err)
		}
		handled(t, w)
		return len(sent)
	}}
}

// compressed is like overWebSocket for clients that compress what they send. A
// packet of a megabyte is a kilobyte then. What its bytes are, on the wire or
// when they are inflated, inflated tells.
func compressed(name string, clients int, inflated bool, frames func(size int) []wiretest.Frame) field {
	return field{name: name, args: []string{"-compression", "1000"}, clients: clients, fill: func(t *testing.T, s *server, full bool) int {
		w := wiretest.Dial(t, s.addr, wiretest.PeerTarget, "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover")
		w.Next(t)
		n := 100
		if full {
			n = big
		}
		sent := wiretest.Bytes(frames(n)...)
		if _, err := w.Conn.Write(sent); err != nil {
			t.Fatal(err)
		}
		handled(t, w)
		if inflated {
			return 8 * n
		}
		return len(sent)
	}}
}

func compressedFrame(op byte, message string) wiretest.Frame {
	return wiretest.Frame{Op: op, Reserved: wiretest.Compressed, Payload: wiretest.Deflate(message)}
}

func texts(packets ...string) []wiretest.Frame { return wiretest.Texts(packets...) }

// connectWith is a CONNECT whose auth has n bytes of what each returns between
// begin and end.
func connectWith(begin string, each func(i int) string, end string) func(n int) []wiretest.Frame {
	return func(n int) []wiretest.Frame {
		return texts("40" + begin + strings.TrimSuffix(repeat(n, each), ",") + end)
	}
}

func always(s string) func(int) string { return func(int) string { return s } }

// packedConnect is a CONNECT in MessagePack whose auth is {a: [{"": 1}, …]}.
func packedConnect(n int) []wiretest.Frame {
	count := n / 3
	var b strings.Builder
	b.WriteString("\x83\xa4type\x00\xa3nsp\xa1/\xa4data\x81\xa1a\xdd")
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(count)))
	b.WriteString(strings.Repeat("\x81\xa0\x01", count))
	return []wiretest.Frame{{Op: wiretest.Binary, Payload: b.String()}}
}

const big = 900_000 // bytes, a little less than a message may have

var fields = []field{
	inHandshake("keys of the query", func(extra string) string { return wiretest.PeerTarget + extra },
		func(n int) string { return repeat(n, func(i int) string { return fmt.Sprintf("&%x", i) }) }, noLines),
	inHandshake("one key of the query, over and over", func(extra string) string { return wiretest.PeerTarget + extra },
		func(n int) string { return repeat(n, always("&a")) }, noLines),
	inHandshake("a long value in the query", func(extra string) string { return wiretest.PeerTarget + "&a=" + extra },
		func(n int) string { return repeat(n, always("a")) }, noLines),
	inHandshake("lines of the header", plainTarget,
		func(n int) string { return repeat(n, func(i int) string { return fmt.Sprintf("%x:\r\n", i) }) },
		func(extra string) []string { return []string{strings.TrimSuffix(extra, "\r\n")} }),
	inHandshake("one line of the header, over and over", plainTarget,
		func(n int) string { return repeat(n, always("a:\r\n")) },
		func(extra string) []string { return []string{strings.TrimSuffix(extra, "\r\n")} }),
	inHandshake("a long line of the header", plainTarget, func(n int) string { return repeat(n, always("a")) },
		func(extra string) []string { return []string{"A: " + extra} }),
	inHandshake("cookies", plainTarget, func(n int) string { return repeat(n, func(i int) string { return fmt.Sprintf("%x=;", i) }) },
		func(extra string) []string { return []string{"Cookie: " + extra} }),
	inHandshake("subprotocols", plainTarget,
		func(n int) string { return "p" + repeat(n, func(i int) string { return fmt.Sprintf(",%x", i) }) },
		func(extra string) []string { return []string{"Sec-WebSocket-Protocol: " + extra} }),

	overWebSocket("auth of many small objects", 3, big, connectWith(`{"a":[`, always(`{"":1},`), `]}`)),
	overWebSocket("auth of many keys", 3, big, connectWith(`{"a":{`, func(i int) string { return fmt.Sprintf(`"%x":0,`, i) }, `}}`)),
	overWebSocket("auth of many numbers", 3, big, connectWith(`{"a":[`, always(`1,`), `]}`)),
	overWebSocket("auth of many arrays", 3, big, connectWith(`{"a":[`, always(`[],`), `]}`)),
	overWebSocket("auth of escapes", 3, big, connectWith(`{"a":"`, always(`\u00e9`), `"}`)),
	overWebSocket("auth of many small objects, which is refused", 3, big, connectWith(`{"a":[`, always(`{"":1},`), `]}`), "-auth", "token"),
	overWebSocket("auth of many small objects, for a namespace that does not exist", 3, big, func(n int) []wiretest.Frame {
		return texts(`40/nope,{"a":[` + strings.TrimSuffix(repeat(n, always(`{"":1},`)), ",") + `]}`)
	}),
	overWebSocket("auth of many small objects, in MessagePack", 3, big, packedConnect, "-parser", "msgpack"),
	overWebSocket("auth of many arrays, in MessagePack", 3, big, func(n int) []wiretest.Frame {
		return []wiretest.Frame{{Op: wiretest.Binary, Payload: "\x83\xa4type\x00\xa3nsp\xa1/\xa4data\x81\xa1a\xdd" + string(binary.BigEndian.AppendUint32(nil, uint32(n))) + strings.Repeat("\x90", n)}}
	}, "-parser", "msgpack"),
	overWebSocket("the name of a namespace", 3, big, func(n int) []wiretest.Frame { return texts("40/" + repeat(n, always("a")) + ",") }),
	overWebSocket("the name of an event", 3, big, func(n int) []wiretest.Frame {
		return texts("40", `42["`+repeat(n, always("a"))+`"]`)
	}),
	overWebSocket("names of rooms", 60, 2200, func(n int) []wiretest.Frame {
		packets := []string{"40"}
		for i := range n / 137 {
			packets = append(packets, fmt.Sprintf(`42["join","%d%s"]`, i, strings.Repeat("a", 120)))
		}
		return texts(packets...)
	}),
	overWebSocket("an event whose attachments do not come", 3, big, func(n int) []wiretest.Frame {
		return texts("40", `459-["offer",{"_placeholder":true,"num":0},[`+strings.TrimSuffix(repeat(n, always("{},")), ",")+`]]`)
	}),
	overWebSocket("attachments of an event whose last one does not come", 2, 8*big, func(n int) []wiretest.Frame {
		frames := texts("40", `459-["offer",{"_placeholder":true,"num":0}]`)
		for range 8 {
			frames = append(frames, wiretest.Frame{Op: wiretest.Binary, Payload: repeat(n/8, always("a"))})
		}
		return frames
	}),
	overWebSocket("fragments of a message that does not end", 60, 7000, func(n int) []wiretest.Frame {
		frames := append(texts("40"), wiretest.Frame{Op: wiretest.Text, More: true, Payload: `42["offer","`})
		for range n / 7 {
			frames = append(frames, wiretest.Frame{Op: wiretest.Continuation, More: true, Payload: "a"})
		}
		return frames
	}),
	compressed("attachments of an event whose last one does not come, compressed", 8, true, func(n int) []wiretest.Frame {
		frames := append(texts("40"), compressedFrame(wiretest.Text, `459-["offer",{"_placeholder":true,"num":0}]`))
		for range 8 {
			frames = append(frames, compressedFrame(wiretest.Binary, repeat(n, always("a"))))
		}
		return frames
	}),
	compressed("auth of many small objects, compressed", 8, false, func(n int) []wiretest.Frame {
		return []wiretest.Frame{compressedFrame(wiretest.Text, `40{"a":[`+strings.TrimSuffix(repeat(n, always(`{"":1},`)), ",")+`]}`)}
	}),
}

// secretFor gives -auth the key that it needs.
func secretFor(t *testing.T, args []string) []string {
	for _, arg := range args {
		if arg == "-auth" {
			t.Setenv("SIGNALING_AUTH_SECRET", "0123456789abcdef0123456789abcdef")
		}
	}
	return args
}

// What a client makes the server keep is in proportion to what it has sent.
func TestBytesKeptForBytesSent(t *testing.T) {
	for _, f := range fields {
		t.Run(f.name, func(t *testing.T) {
			s := start(t, append(secretFor(t, f.args), debugging...)...)
			open := func(full bool) (sent, kept int) {
				before := s.retained(t)
				for range f.clients {
					sent += f.fill(t, s, full)
				}
				return sent, s.retained(t) - before
			}
			open(false) // what is made once is there
			sentPlain, keptPlain := open(false)
			sent, kept := open(true)
			sent, kept = sent-sentPlain, kept-keptPlain
			t.Logf("%d bytes are kept for %d: %.1f times as many", kept, sent, float64(kept)/float64(sent))
			if kept > maxRetained*sent {
				t.Errorf("%d bytes are kept for %d", kept, sent)
			}
		})
	}
}

// What a client says it will send costs nothing before it comes.
func TestBytesKeptForBytesAnnounced(t *testing.T) {
	const clients, announced = 20, 1_000_000
	s := start(t, debugging...)
	for name, announce := range map[string]func(*testing.T){
		"a frame": func(t *testing.T) {
			p := wiretest.Connect(t, s.addr)
			frame := wiretest.Bytes(texts(strings.Repeat("a", announced-1))...)
			p.Conn.Write(frame[:50])
		},
		"a body": func(t *testing.T) {
			p := joinPolling(t, s.addr, pollingTarget)
			c := dial(t, s.addr)
			c.write(t, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n42[", p.Target, announced-1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			announce(t)
			before := s.retained(t)
			for range clients {
				announce(t)
			}
			if kept := s.retained(t) - before; kept > clients*announced/4 {
				t.Errorf("%d bytes are kept for %d connections that have announced %d bytes each", kept, clients, announced)
			}
		})
	}
}

// What is kept for clients that may come back has a bound, whatever it is.
func TestWhatIsKeptForRecoveryIsBounded(t *testing.T) {
	const bound = 16 << 20 // of the events that are kept
	for _, row := range []struct {
		name, event string
		times       int
	}{
		{"events", `42["offer","` + strings.Repeat("a", big) + `"]`, 40},
		{"small events", `42["offer",1]`, 100_000},
		{"channels", `42["message",{"channel":["a"` + strings.Repeat(`,"a"`, 240_000) + `]}]`, 15},
		{"channels of long names", `42["message",{"channel":["` + strings.Repeat("a", 400_000) + `","` + strings.Repeat("b", 400_000) + `"]}]`, 60},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, append([]string{"-recovery", "2m"}, debugging...)...)
			p := wiretest.Connect(t, s.addr)
			before := s.retained(t)
			for range row.times {
				p.Send(t, row.event)
			}
			handled(t, p.WebSocket)
			if kept := s.retained(t) - before; kept > 2*bound {
				t.Errorf("%d bytes are kept, more than twice the bound of %d", kept, bound)
			} else {
				t.Logf("%d bytes are kept", kept)
			}
		})
	}
}

// When those who made the server hold much are gone, so is what it held: Go
// itself collects every two minutes.
func TestHeapShrinksWhenAFloodIsOver(t *testing.T) {
	const clients = 10
	s := start(t, debugging...)
	flood := make([]*wiretest.Peer, clients)
	frames := texts(`459-["offer",{"_placeholder":true,"num":0}]`)
	for range 6 {
		frames = append(frames, wiretest.Frame{Op: wiretest.Binary, Payload: strings.Repeat("a", big)})
	}
	for i := range flood {
		flood[i] = wiretest.Connect(t, s.addr)
		if err := flood[i].Write(frames...); err != nil {
			t.Fatal(err)
		}
		handled(t, flood[i].WebSocket)
	}
	time.Sleep(7 * time.Second) // until it has tidied up with them there
	full := s.heap(t)
	for _, p := range flood {
		p.Conn.Close()
	}
	for deadline := time.Now().Add(2 * wiretest.Patience); s.heap(t) > full/2; time.Sleep(time.Second) {
		if time.Now().After(deadline) {
			t.Fatalf("the heap has %d bytes, and had %d with %d clients more", s.heap(t), full, clients)
		}
	}
}
