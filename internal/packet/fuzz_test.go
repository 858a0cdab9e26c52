package packet

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
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
		again, asBinary := AppendPayload(nil, packets, rev, false)
		back, _ := handed(t, again, rev, asBinary)
		if !slices.EqualFunc(packets, back, samePacket) {
			t.Errorf("%q has other packets when it comes back as %q", body, again)
		}
	})
}

// handed returns the messages in a body, as packets to send, and their size.
func handed(t *testing.T, body []byte, rev Revision, isBinary bool) (packets []*Packet, size int) {
	ParsePayload(body, rev, isBinary, func(p Incoming) bool {
		if !p.Binary && !utf8.Valid(p.Data) {
			t.Errorf("text that is not UTF-8 is handed on: %q", p.Data)
		}
		if p.Type == Message {
			packets = append(packets, message(string(p.Data), p.Binary))
		}
		size += len(p.Data)
		return true
	})
	return packets, size
}

func samePacket(a, b *Packet) bool {
	return a.binary == b.binary && bytes.Equal(a.data(), b.data())
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
		payload, ok := ParseForm(bytes.Clone(body))
		if values, err := url.ParseQuery(string(body)); err == nil {
			if ok != (len(values["d"]) == 1) {
				t.Errorf("%q has %d fields d, taken: %v", body, len(values["d"]), ok)
			}
			if ok && string(payload) != nodeForm(values["d"][0]) {
				t.Errorf("payload %q of %q, want %q", payload, body, nodeForm(values["d"][0]))
			}
		}
		text := bytes.ToValidUTF8(payload, []byte("\uFFFD"))
		script := string(AppendScript(nil, "0", text))
		if strings.ContainsAny(script, "\u2028\u2029\n\r") {
			t.Errorf("script %q has a line separator in it", script)
		}
		var back string
		if err := json.Unmarshal([]byte(script[len("___eio[0]("):len(script)-len(");")]), &back); err != nil || back != string(text) {
			t.Errorf("script %q reads as %q (%v), want %q", script, back, err, text)
		}
	})
}
