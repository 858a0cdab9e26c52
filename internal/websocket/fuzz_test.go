package websocket

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"testing"
	"unicode/utf8"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

// chunked is a connection that brings its data in pieces of random sizes.
type chunked struct {
	net.Conn
	random *rand.Rand
	data   []byte
}

func (*chunked) Close() error { return nil }

func (c *chunked) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1+c.random.IntN(len(p))], c.data)
	c.data = c.data[n:]
	return n, nil
}

// roomOfRead is how much a connection reads at once, if it has little.
const roomOfRead = 16 << 10

// holding is a log that watches what the connection holds.
type holding struct {
	*log
	t *testing.T
	c *Conn
}

func (h *holding) Begin(loop *netpoll.Loop) {
	h.log.Begin(loop)
	if held, most := len(h.c.in.Unread())+len(h.c.in.partial.data), 2*(h.c.in.limit+HeaderRoom+maskKeyLength)+h.c.in.limit+2*roomOfRead; held > most {
		h.t.Errorf("%d bytes are held under a limit of %d, want at most %d", held, h.c.in.limit, most)
	}
}

func (h *holding) Message(data []byte, binary bool) error {
	if len(data) > h.c.in.limit {
		h.t.Errorf("a message of %d bytes passes a limit of %d", len(data), h.c.in.limit)
	}
	if !binary && !utf8.Valid(data) {
		h.t.Errorf("text that is not UTF-8 is handed on: %q", data)
	}
	return h.log.Message(data, binary)
}

// readChunked reads wire in random pieces and returns what the handler was called with.
func readChunked(t *testing.T, wire []byte, limit int, seed uint64) ([]string, error) {
	c := newConn(&chunked{random: rand.New(rand.NewPCG(seed, 0)), data: wire}, Options{MaxMessage: limit})
	h := &holding{log: newLog(), t: t, c: c}
	c.Start(h)
	err := <-h.ended
	c.CloseNow()
	c.in.Release()
	return h.lines, err
}

// A stream means the same in whatever pieces it comes.
func FuzzWebSocketStream(f *testing.F) {
	for _, row := range readRows {
		f.Add(wiretest.Bytes(row.frames...), uint16(limitOfRows), uint64(1))
	}
	f.Fuzz(func(t *testing.T, wire []byte, limit uint16, seed uint64) {
		one, oneErr := readChunked(t, bytes.Clone(wire), int(limit), seed)
		two, twoErr := readChunked(t, bytes.Clone(wire), int(limit), seed+1)
		if !slices.Equal(one, two) {
			t.Errorf("read %q in some pieces, %q in others", one, two)
		}
		var closed *closedError
		if oneErr != twoErr && !(errors.As(oneErr, &closed) && errors.As(twoErr, &closed)) {
			t.Errorf("ended with %v in some pieces, with %v in others", oneErr, twoErr)
		}
		CloseAnswer(oneErr)
	})
}
