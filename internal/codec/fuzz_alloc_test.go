package codec

import (
	"runtime"
	"strings"
	"testing"
)

// What decoding may allocate for each byte of its input, and beside that: the
// bound that Decoder documents, with what the allocator rounds up to. Any is for
// listeners of the module; what is relayed does without it.
const (
	perByteDecoded = 20
	perByteOfAny   = 64
	allocatedAside = 2 << 10
)

// allocated returns how many bytes f allocates: the least of a few runs, for
// what else the process does counts too.
func allocated(most uint64, f func()) (bytes uint64) {
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		if bytes = after.TotalAlloc - before.TotalAlloc; bytes <= most {
			break
		}
	}
	return bytes
}

// A client cannot make the server allocate more than a fixed multiple of what it
// sends, whatever it is.
func FuzzAllocation(f *testing.F) {
	for _, text := range []string{
		`2["offer",1]`,
		`2["offer"` + strings.Repeat(",1", 500) + "]",
		`2["offer",` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + "]",
		`2["offer"` + strings.Repeat(",{}", 300) + "]",
		`2["offer"` + strings.Repeat(`,{"":1}`, 300) + "]",
		`2["offer"` + strings.Repeat(`,{"":[]}`, 300) + "]",
		`2["offer"` + strings.Repeat(`,[0]`, 300) + "]",
		`2["offer"` + strings.Repeat(`,""`, 300) + "]",
		`2/` + strings.Repeat("n", 400) + `,["` + strings.Repeat("e", 400) + `"]`,
		`2["` + strings.Repeat(`\u00e9`, 200) + `"]`,
		`2[` + strings.Repeat("9", 1000) + `]`,
		`510-["offer"` + strings.Repeat(`,{"_placeholder":true,"num":9}`, 30) + "]",
		`599999999999-["offer"]`,
		`2["offer",` + strings.Repeat(`{"a":`, 300),
	} {
		f.Add([]byte(text), []byte("attachment"))
	}
	f.Fuzz(func(t *testing.T, text, attachment []byte) {
		var p *Packet
		var size uint64
		decode := func() {
			var d Decoder
			var err error
			size = uint64(len(text))
			for p, err = d.Text(text); err == nil && p == nil; {
				size += uint64(len(attachment))
				p, err = d.Binary(attachment)
			}
			if err != nil {
				p = nil
			}
		}
		decode() // once, for the size
		most := perByteDecoded*size + allocatedAside
		if got := allocated(most, decode); got > most {
			t.Errorf("decoding %d bytes allocates %d, want at most %d: %.200q", size, got, most, text)
		}
		if p == nil {
			return
		}
		most = perByteOfAny*size + allocatedAside
		args := p.Args
		if got := allocated(most, func() {
			for _, arg := range args {
				arg.Any()
			}
		}); got > most {
			t.Errorf("the values of %d bytes take %d, want at most %d: %.200q", size, got, most, text)
		}
	})
}
