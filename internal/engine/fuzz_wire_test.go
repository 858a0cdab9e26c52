package engine

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signaling/internal/netpoll"
	"signaling/internal/wiretest"
)

// What a payload's packets are is what they are again after a round trip.
func FuzzPayload(f *testing.F) {
	for _, body := range []string{"4a\x1e3\x1ebAQ==", "2:4a6:b4AQID1:2", "\x01\x03\xFF\x04ab\x00\x03\xFF4\xC3\xA9", "6:4aé€😀", "0:", ""} {
		f.Add([]byte(body), true, false)
		f.Add([]byte(body), false, false)
		f.Add([]byte(body), false, true)
	}
	f.Fuzz(func(t *testing.T, body []byte, four, isBinary bool) {
		rev := Revision3
		if four {
			rev, isBinary = Revision4, false
		}
		if !isBinary && !utf8.Valid(body) {
			body = bytes.ToValidUTF8(body, []byte("\uFFFD")) // as the POST's handler does
		}
		packets, size := handed(t, body, rev, isBinary)
		if size > len(body)*3+3 { // a byte may become U+FFFD
			t.Errorf("%d bytes of data come from a body of %d", size, len(body))
		}
		if len(packets) == 0 {
			return
		}
		again, asBinary := appendPayload(nil, packets, rev, false)
		back, _ := handed(t, again, rev, asBinary)
		if !slices.EqualFunc(packets, back, samePacket) {
			t.Errorf("%q has other packets when it comes back as %q", body, again)
		}
	})
}

// handed returns the messages in a body, as packets to send, and their size.
func handed(t *testing.T, body []byte, rev Revision, isBinary bool) (packets []*Packet, size int) {
	parsePayload(body, rev, isBinary, func(p packet) bool {
		if !p.binary && !utf8.Valid(p.data) {
			t.Errorf("text that is not UTF-8 is handed on: %q", p.data)
		}
		if p.kind == Message {
			packets = append(packets, message(string(p.data), p.binary))
		}
		size += len(p.data)
		return true
	})
	return packets, size
}

func samePacket(a, b *Packet) bool { return a.binary == b.binary && bytes.Equal(a.data(), b.data()) }

// chunked is a connection that brings its data in pieces of random sizes.
type chunked struct {
	net.Conn
	random *rand.Rand
	data   []byte
}

func (c *chunked) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1+c.random.IntN(len(p))], c.data)
	c.data = c.data[n:]
	return n, nil
}

// holding is a log that watches what the connection holds.
type holding struct {
	log
	t *testing.T
	c *wsConn
}

func (h *holding) begin(loop *netpoll.Loop) {
	h.log.begin(loop)
	if held, most := cap(h.c.Unread())+len(h.c.fragments), 2*(h.c.limit+maxHeader+maskKeyLength)+h.c.limit+32<<10; held > most {
		h.t.Errorf("%d bytes are held under a limit of %d, want at most %d", held, h.c.limit, most)
	}
}

func (h *holding) message(data []byte, binary bool) error {
	if len(data) > h.c.limit {
		h.t.Errorf("a message of %d bytes passes a limit of %d", len(data), h.c.limit)
	}
	if !binary && !utf8.Valid(data) {
		h.t.Errorf("text that is not UTF-8 is handed on: %q", data)
	}
	return h.log.message(data, binary)
}

// readChunked reads wire in random pieces and returns what the handler was told.
func readChunked(t *testing.T, wire []byte, limit int, seed uint64) ([]string, error) {
	c := newWSConn(new(netpoll.Group).NewConn(&chunked{random: rand.New(rand.NewPCG(seed, 0)), data: wire}, func() {}), limit, 0, nil)
	h := &holding{t: t, c: c}
	c.handler = h
	err := <-ended(c)
	c.Release()
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
		var closed *peerClosed
		if oneErr != twoErr && !(errors.As(oneErr, &closed) && errors.As(twoErr, &closed)) {
			t.Errorf("ended with %v in some pieces, with %v in others", oneErr, twoErr)
		}
		lastFrame(oneErr)
	})
}

// The two replacements of Node's engine, as it spells them.
var (
	nodeSlashes       = regexp.MustCompile(`(\\)?\\n`)
	nodeDoubleSlashes = regexp.MustCompile(`\\\\n`)
)

func nodeForm(d string) string {
	d = nodeSlashes.ReplaceAllStringFunc(d, func(match string) string {
		if len(match) == 3 {
			return match
		}
		return "\n"
	})
	return nodeDoubleSlashes.ReplaceAllString(d, `\n`)
}

func FuzzForm(f *testing.F) {
	for _, body := range []string{`d=4a\nb`, `d=4a\\nb`, `d=4a\\\nb`, `d=%5C%5Cn+%zz`, `d=1&d=2`, `e=1`, ``, `%64=\\\\n`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		payload, ok := parseForm(bytes.Clone(body))
		if values, err := url.ParseQuery(string(body)); err == nil {
			if ok != (len(values["d"]) == 1) {
				t.Errorf("%q has %d fields d, taken: %v", body, len(values["d"]), ok)
			}
			if ok && string(payload) != nodeForm(values["d"][0]) {
				t.Errorf("payload %q of %q, want %q", payload, body, nodeForm(values["d"][0]))
			}
		}
		text := bytes.ToValidUTF8(payload, []byte("\uFFFD"))
		script := string(appendScript(nil, "0", text))
		if strings.ContainsAny(script, "\u2028\u2029\n\r") {
			t.Errorf("script %q has a line separator in it", script)
		}
		var back string
		if err := json.Unmarshal([]byte(script[len("___eio[0]("):len(script)-len(");")]), &back); err != nil || back != string(text) {
			t.Errorf("script %q reads as %q (%v), want %q", script, back, err, text)
		}
	})
}

func FuzzQuery(f *testing.F) {
	for _, raw := range []string{
		"EIO=4&transport=polling&sid=abc&j=2&b64=1", "sid=1&sid=", "%74ransport=web%73ocket", "sid=%zz", "a;b&sid=a=b", "&&j&", "j=%00",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q := parseQuery(raw)
		for _, r := range callbackIndex(q.j) {
			if r < '0' || r > '9' {
				t.Errorf("the callback's index %q is not digits alone", callbackIndex(q.j))
			}
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			return // the engine is more lenient
		}
		last := func(key string) string {
			if all := values[key]; len(all) > 0 {
				return all[len(all)-1]
			}
			return ""
		}
		want := query{
			transport: last("transport"), sid: last("sid"), revision: last("EIO"),
			j: last("j"), hasJ: values.Has("j"), b64: last("b64") != "",
		}
		if q != want {
			t.Errorf("%q is read as %+v, want %+v", raw, q, want)
		}
	})
}

// The deadline of a fuzzed connection is nobody's business.
func (*chunked) SetReadDeadline(time.Time) error { return nil }
func (*chunked) Close() error                    { return nil }
