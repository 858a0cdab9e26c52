//go:build field

package field

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// deflater compresses messages in one window, as clients do that were not asked
// for another with each message. RFC 7692 section 7.2.
type deflater struct {
	out  bytes.Buffer
	w    *flate.Writer
	keep bool
}

func newDeflater(keep bool) *deflater {
	d := &deflater{keep: keep}
	d.w, _ = flate.NewWriter(&d.out, flate.BestCompression) // fails for unknown levels only
	return d
}

func (d *deflater) frame(message string) wiretest.Frame {
	d.out.Reset()
	if !d.keep {
		d.w.Reset(&d.out)
	}
	io.WriteString(d.w, message)
	d.w.Flush()
	return wiretest.Frame{Op: wiretest.Text, Reserved: wiretest.Compressed, Payload: strings.TrimSuffix(d.out.String(), "\x00\x00\xff\xff")}
}

// inflater reads messages that were compressed in one window, or each in its
// own: to a client that keeps its window both are the same.
type inflater struct{ window []byte }

func (i *inflater) message(payload string) (string, error) {
	r := flate.NewReaderDict(strings.NewReader(payload+"\x00\x00\xff\xff\x01\x00\x00\xff\xff"), i.window)
	message, err := io.ReadAll(r)
	i.window = append(i.window, message...)
	i.window = i.window[max(0, len(i.window)-32<<10):]
	return string(message), err
}

// Clients exist that fail a connection whose server answers with parameters
// which they did not offer, and others that keep their window all the same.
func TestCompressionIsWhatWasOffered(t *testing.T) {
	for _, offer := range []string{
		"permessage-deflate",
		"permessage-deflate; client_max_window_bits",
		"permessage-deflate; server_max_window_bits=12",
		"permessage-deflate; server_no_context_takeover",
		"permessage-deflate; client_no_context_takeover",
		"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
		"permessage-deflate; client_max_window_bits, permessage-deflate",
	} {
		t.Run(offer, func(t *testing.T) {
			t.Parallel()
			s := start(t, "-compression", "64")
			sender := dial(t, s.addr)
			sender.write(t, wiretest.Handshake(wiretest.PeerTarget, "Sec-WebSocket-Extensions: "+offer))
			res, err := http.ReadResponse(sender.reader, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer := res.Header.Get("Sec-WebSocket-Extensions")
			for parameter := range strings.SplitSeq(answer, ";") {
				name, _, _ := strings.Cut(strings.TrimSpace(parameter), "=")
				if !strings.Contains(offer, name) {
					t.Errorf("%q is answered %q, which has more than was offered", offer, answer)
				}
			}
			if answer == "" {
				if offer == "permessage-deflate; server_no_context_takeover; client_no_context_takeover" {
					t.Error("declined, though it asks for nothing that would have to be kept")
				}
				return
			}
			var inflate inflater
			next := func() string {
				f, err := wiretest.ReadFrame(sender.reader)
				if err == nil && f.Reserved != 0 {
					f.Payload, err = inflate.message(f.Payload)
				}
				if err != nil {
					t.Fatalf("no message that can be read: %v", err)
				}
				return f.Payload
			}
			next() // the open packet
			sender.write(t, string(wiretest.Bytes(wiretest.Texts("40")...)))
			next()
			other := wiretest.Connect(t, s.addr)
			deflate := newDeflater(!strings.Contains(answer, "client_no_context_takeover"))
			for i := range 5 {
				event := fmt.Sprintf(`42["offer",{"sdp":"%s","n":%d}]`, strings.Repeat("a line of a description;", 20), i)
				sender.write(t, string(wiretest.Bytes(deflate.frame(event))))
				other.Want(t, event)
				other.Send(t, event)
				if got := next(); got != event {
					t.Fatalf("message %d is %.100q, want %.100q", i, got, event)
				}
			}
		})
	}
}
