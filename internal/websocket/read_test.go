package websocket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

// log is a Handler that notes the calls it gets.
type log struct {
	lines  []string
	inside bool
	err    error // what Message returns
	ended  chan error
}

func newLog() *log { return &log{ended: make(chan error, 1)} }

func (l *log) note(format string, args ...any) {
	if !l.inside {
		format = "outside of Begin and End: " + format
	}
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) Begin(*netpoll.Loop) {
	if l.inside {
		l.lines = append(l.lines, "Begin within Begin")
	}
	l.inside = true
}

func (l *log) End() {
	if !l.inside {
		l.lines = append(l.lines, "End without Begin")
	}
	l.inside = false
}

func (l *log) Control(pong []byte) error {
	if pong != nil {
		l.note("pong % x", pong)
	}
	return nil
}

func (l *log) Message(data []byte, binary bool) error {
	if binary {
		l.note("binary %s", data)
	} else {
		l.note("text %s", data)
	}
	return l.err
}

func (l *log) ReadEnded(err error) { l.ended <- err }

// newConn returns the WebSocket on a connection other than TCP's: a goroutine
// reads it.
func newConn(conn net.Conn, opts Options) *Conn {
	return New(new(netpoll.Group).NewConn(conn, func() {}), opts)
}

// feed lets a Conn read chunks, one write each, then the end of the stream.
func feed(t *testing.T, limit int, prefix []byte, chunks ...[]byte) (*log, error) {
	t.Helper()
	client, server := net.Pipe()
	l := newLog()
	c := newConn(server, Options{MaxMessage: limit, Prefix: prefix})
	c.Start(l)
	written := make(chan struct{})
	go func() { // ends when the reader closes the pipe, at the latest
		defer close(written)
		defer client.Close()
		client.SetWriteDeadline(time.Now().Add(wiretest.Patience))
		for _, chunk := range chunks {
			if _, err := client.Write(chunk); err != nil {
				break // the reader has seen enough
			}
		}
	}()
	err := <-l.ended
	c.CloseNow()
	<-written
	return l, err
}

// cut splits wire into pieces of n bytes.
func cut(wire []byte, n int) [][]byte { return slices.Collect(slices.Chunk(wire, n)) }

// cutAtRandom splits wire into pieces of random lengths.
func cutAtRandom(random *rand.Rand, wire []byte) (chunks [][]byte) {
	for len(wire) > 0 {
		n := 1 + random.IntN(len(wire))
		chunks = append(chunks, wire[:n])
		wire = wire[n:]
	}
	return chunks
}

// limitOfRows is small, so that the rows can reach it.
const limitOfRows = 300

var readRows = []struct {
	name   string
	frames []wiretest.Frame
	want   []string
	err    error // nil: the stream ends with EOF
}{
	{"one text", wiretest.Texts("hello"), []string{"text hello"}, nil},
	{"an empty text", wiretest.Texts(""), []string{"text "}, nil},
	{"several messages in a row", []wiretest.Frame{
		{Op: wiretest.Text, Payload: "a"}, {Op: wiretest.Binary, Payload: "\xFF"}, {Op: wiretest.Text, Payload: "c"},
	}, []string{"text a", "binary \xFF", "text c"}, nil},
	{"a message of exactly the limit", wiretest.Texts(strings.Repeat("x", limitOfRows)), []string{"text " + strings.Repeat("x", limitOfRows)}, nil},
	{"a message one byte beyond the limit", wiretest.Texts("a", strings.Repeat("x", limitOfRows+1)), []string{"text a"}, errTooLarge},
	{"a text in three fragments", []wiretest.Frame{
		{Op: wiretest.Text, More: true, Payload: "a"}, {More: true, Payload: "b"}, {Payload: "c"},
	}, []string{"text abc"}, nil},
	{"a binary message in fragments, some empty", []wiretest.Frame{
		{Op: wiretest.Binary, More: true}, {More: true}, {More: true, Payload: "b"}, {},
	}, []string{"binary b"}, nil},
	{"a character that fragments divide", []wiretest.Frame{
		{Op: wiretest.Text, More: true, Payload: "\xE2\x82"}, {Payload: "\xAC"},
	}, []string{"text €"}, nil},
	{"a ping between fragments", []wiretest.Frame{
		{Op: wiretest.Text, More: true, Payload: "a"}, {Op: wiretest.Ping, Payload: "p"}, {Payload: "b"},
	}, []string{"pong 8a 01 70", "text ab"}, nil},
	{"fragments that reach the limit exactly", []wiretest.Frame{
		{Op: wiretest.Binary, More: true, Payload: strings.Repeat("x", limitOfRows-1)}, {Payload: "x"},
	}, []string{"binary " + strings.Repeat("x", limitOfRows)}, nil},
	{"fragments that exceed the limit together", []wiretest.Frame{
		{Op: wiretest.Binary, More: true, Payload: strings.Repeat("x", limitOfRows-1)}, {Payload: "xx"},
	}, nil, errTooLarge},
	{"a message after one in fragments", []wiretest.Frame{
		{Op: wiretest.Text, More: true, Payload: "a"}, {Payload: "b"}, {Op: wiretest.Binary, Payload: "c"},
	}, []string{"text ab", "binary c"}, nil},
	{"a pong that nobody asked for", []wiretest.Frame{{Op: wiretest.Pong, Payload: "p"}, {Op: wiretest.Text, Payload: "a"}}, []string{"text a"}, nil},
	{"a ping without data", []wiretest.Frame{{Op: wiretest.Ping}}, []string{"pong 8a 00"}, nil},
	{"a continuation without a start", []wiretest.Frame{{Op: wiretest.Text, Payload: "a"}, {Payload: "b"}}, []string{"text a"}, errFragment},
	{"a start inside a message", []wiretest.Frame{
		{Op: wiretest.Text, More: true, Payload: "a"}, {Op: wiretest.Text, Payload: "b"},
	}, nil, errFragment},
	{"text that is not UTF-8", wiretest.Texts("ok", "\xC3\x28"), []string{"text ok"}, errBadText},
	{"half of a surrogate pair as text", wiretest.Texts("\xED\xA0\x80"), nil, errBadText},
	{"fragments that are not UTF-8 together", []wiretest.Frame{
		{Op: wiretest.Text, More: true, Payload: "\xE2\x82"}, {Payload: "x"},
	}, nil, errBadText},
	{"a close frame of one byte", []wiretest.Frame{{Op: wiretest.Close, Payload: "x"}}, nil, errBadClose},
	{"nothing behind a frame that breaks the protocol", []wiretest.Frame{
		{Op: wiretest.Text, Unmasked: true, Payload: "a"}, {Op: wiretest.Text, Payload: "b"},
	}, nil, errUnmasked},
	{"nothing behind a close frame", []wiretest.Frame{
		{Op: wiretest.Text, Payload: "a"}, {Op: wiretest.Close, Payload: "\x03\xE8"}, {Op: wiretest.Text, Payload: "b"},
	}, []string{"text a"}, &closedError{[]byte("\x03\xE8")}},
}

func TestReadingInAnyPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, row := range readRows {
		t.Run(row.name, func(t *testing.T) {
			wire := wiretest.Bytes(row.frames...)
			ways := map[string][][]byte{
				"at once":     {wire},
				"by the byte": cut(wire, 1),
				"by sevens":   cut(wire, 7),
				"at random":   cutAtRandom(random, wire),
			}
			for way, chunks := range ways {
				l, err := feed(t, limitOfRows, nil, chunks...)
				checkRead(t, way, l, err, row.want, row.err)
			}
			for _, n := range []int{1, len(wire) / 2, len(wire)} {
				l, err := feed(t, limitOfRows, wire[:n], wire[n:])
				checkRead(t, fmt.Sprintf("with %d bytes behind the handshake", n), l, err, row.want, row.err)
			}
		})
	}
}

func checkRead(t *testing.T, way string, l *log, err error, want []string, wantErr error) {
	t.Helper()
	if !slices.Equal(l.lines, want) {
		t.Errorf("%s: read %.200q, want %.200q", way, l.lines, want)
	}
	var closed, wantClosed *closedError
	switch {
	case wantErr == nil:
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: ended with %v, want the end of the stream", way, err)
		}
	case errors.As(wantErr, &wantClosed):
		if !errors.As(err, &closed) || !bytes.Equal(closed.payload, wantClosed.payload) {
			t.Errorf("%s: ended with %v, want the peer's close frame", way, err)
		}
	case err != wantErr:
		t.Errorf("%s: ended with %v, want %v", way, err, wantErr)
	}
	if l.inside {
		t.Errorf("%s: Begin is not followed by End", way)
	}
}

func TestReadingEndsWithTheHandlersError(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	l := newLog()
	l.err = errors.New("enough")
	c := newConn(server, Options{MaxMessage: 100, Prefix: wiretest.Bytes(wiretest.Texts("a", "b")...)})
	defer c.CloseNow()
	c.Start(l)
	if err := <-l.ended; err != l.err {
		t.Errorf("reading ended with %v, want %v", err, l.err)
	}
	if want := []string{"text a"}; !slices.Equal(l.lines, want) || l.inside {
		t.Errorf("the handler was called for %q (inside: %v), want %q and End", l.lines, l.inside, want)
	}
}

// first is a log that gives the connection to another one with its first message.
type first struct {
	log
	c    *Conn
	next *log
	loop *netpoll.Loop
}

func (f *first) Begin(loop *netpoll.Loop) {
	f.log.Begin(loop)
	f.loop = loop
}

func (f *first) Message(data []byte, binary bool) error {
	f.c.SetHandler(f.next, f.loop)
	return f.log.Message(data, binary)
}

func TestHandlerIsReplaced(t *testing.T) {
	client, server := net.Pipe()
	c := newConn(server, Options{MaxMessage: 100, Prefix: wiretest.Bytes(wiretest.Texts("a", "b")...)})
	defer c.CloseNow()
	f := &first{c: c, next: newLog()}
	c.Start(f)
	client.Write(wiretest.Bytes(wiretest.Texts("c")...))
	client.Close()
	if err := <-f.next.ended; err != io.EOF {
		t.Errorf("reading ended with %v, want the end of the stream", err)
	}
	if !slices.Equal(f.lines, []string{"text a"}) || !slices.Equal(f.next.lines, []string{"text b", "text c"}) || f.next.inside {
		t.Errorf("the first handler got %q, the second %q (inside: %v)", f.lines, f.next.lines, f.next.inside)
	}
}

func TestMessageInTooManyFragments(t *testing.T) {
	pieces := func(n int) []byte {
		wire := wiretest.Frame{Op: wiretest.Text, More: true, Payload: "x"}.Append(nil)
		piece := wiretest.Frame{More: true}.Append(nil)
		return append(append(wire, bytes.Repeat(piece, n-2)...), wiretest.Frame{Payload: "y"}.Append(nil)...)
	}
	l, err := feed(t, 10, nil, pieces(maxFragments))
	checkRead(t, "as many as may be", l, err, []string{"text xy"}, nil)
	l, err = feed(t, 10, nil, pieces(maxFragments+2))
	checkRead(t, "more than may be", l, err, nil, errFragments)
}
