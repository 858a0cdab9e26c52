package packet

import (
	"math"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// A broadcast's frame is compressed for the first receiver that takes it, and
// the others get the same bytes.
func TestFrameIsCompressedOnce(t *testing.T) {
	to := func(rev Revision) Framing { return Framing{Revision: rev, DeflateAbove: 10, Window: math.MaxInt} }
	for name, p := range map[string]*Packet{"text": text(strings.Repeat("x", 100)), "binary": message(strings.Repeat("x", 100), true)} {
		t.Run(name, func(t *testing.T) {
			for _, rev := range []Revision{Revision3, Revision4} {
				first, second := p.Frame(to(rev)), p.Frame(to(rev))
				if &first[0] != &second[0] || first[0]&wiretest.Compressed == 0 {
					t.Errorf("revision %d: % .10x and % .10x are not one compressed frame", rev, first, second)
				}
				if without := p.Frame(Framing{Revision: rev}); without[0]&wiretest.Compressed != 0 {
					t.Errorf("revision %d: without an agreement it is % .10x", rev, without)
				}
			}
			if f := p.Uncompressed().Frame(to(Revision4)); f[0]&wiretest.Compressed != 0 {
				t.Errorf("what is marked as not to be compressed is % .10x", f)
			}
		})
	}
}
