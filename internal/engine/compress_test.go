package engine

import (
	"strings"
	"testing"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

func TestPollIsCompressedWhenItIsWorthIt(t *testing.T) {
	const threshold = 500
	opts := options()
	opts.CompressAbove = threshold
	f := serve(t, opts, hooks{})
	fits := strings.Repeat("x", threshold-1) // with the type's digit as long as the threshold
	for _, row := range []struct {
		name    string
		packets []*packet.Packet
		accept  string
		want    string
	}{
		{"at the threshold", []*packet.Packet{text(fits)}, "gzip", "gzip"},
		{"below the threshold", []*packet.Packet{text(fits[1:])}, "gzip", ""},
		{"with deflate", []*packet.Packet{text(fits)}, "deflate", "deflate"},
		{"for a client that takes none", []*packet.Packet{text(fits)}, "", ""},
		{"binary", []*packet.Packet{message(fits, true)}, "gzip", "gzip"},
		{"what is marked as not to be compressed", []*packet.Packet{text(fits).Uncompressed()}, "gzip", ""},
		{"binary that is marked", []*packet.Packet{message(fits, true).Uncompressed()}, "gzip", ""},
		{"a batch of which one packet may be", []*packet.Packet{text(fits).Uncompressed(), text("a")}, "gzip", "gzip"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, s := f.polling(t)
			s.Send(row.packets...)
			a := p.Must(t, "GET", p.Target, "", "Accept-Encoding", row.accept)
			if got := a.Header.Get("Content-Encoding"); got != row.want {
				t.Fatalf("encoded with %q, want %q", got, row.want)
			}
			want, _ := packet.AppendPayload(nil, row.packets, packet.Revision4, false)
			if got := expand(t, row.want, a.Body); got != string(want) {
				t.Errorf("payload %.100q, want %.100q", got, want)
			}
		})
	}
}

// expand undoes a content encoding.
func expand(t *testing.T, encoding, body string) string {
	t.Helper()
	plain, err := wiretest.Expand(encoding, body)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestCompressorsAreReused(t *testing.T) {
	opts := options()
	opts.CompressAbove = 1
	f := serve(t, opts, hooks{})
	p, s := f.polling(t)
	for _, word := range []string{"first", "second", "third"} {
		s.Send(text(word))
		a := p.Must(t, "GET", p.Target, "", "Accept-Encoding", "gzip")
		if got := expand(t, "gzip", a.Body); got != "4"+word {
			t.Errorf("payload %q, want %q", got, "4"+word)
		}
	}
}

func TestOkOfAPostIsNotCompressed(t *testing.T) {
	opts := options()
	opts.CompressAbove = 1
	f := serve(t, opts, hooks{})
	p, _ := f.polling(t)
	a := p.Post(t, "4a", "Accept-Encoding", "gzip")
	a.Want(t, 200, "ok")
	if got := a.Header.Get("Content-Encoding"); got != "" {
		t.Errorf("encoded with %q", got)
	}
}
