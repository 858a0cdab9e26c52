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
	perByteDecoded   = 20
	perByteOfAny     = 64
	perPackedByte    = 40 // an element of MessagePack may be one byte, of JSON two
	perPackedByteAny = 200
	allocatedAside   = 2 << 10
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

// Likewise in MessagePack.
func FuzzPackedAllocation(f *testing.F) {
	for _, element := range []string{"\xC0", "\x00", "\x80", "\x90", "\x81\xA0\xC0", "\x81\xA0\x90", "\xA0", "\xC4\x00", "\x91\x80", "\xCB\x3F\xF0\x00\x00\x00\x00\x00\x00"} {
		f.Add([]byte("\x83\xA4type\x02\xA3nsp\xA1/\xA4data\xDC\x01\x91\xA2ev" + strings.Repeat(element, 400)))
	}
	f.Add([]byte("\x83\xA4type\x02\xA3nsp\xA1/\xA4data\xDD\xFF\xFF\xFF\xFF\xA2ev"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p *Packet
		decode := func() {
			d := Decoder{Format: MessagePack}
			var err error
			if p, err = d.Binary(data); err != nil {
				p = nil
			}
		}
		most := perPackedByte*uint64(len(data)) + allocatedAside
		if got := allocated(most, decode); got > most {
			t.Errorf("decoding %d bytes allocates %d, want at most %d: % .100x", len(data), got, most, data)
		}
		if p == nil {
			return
		}
		most = perPackedByteAny*uint64(len(data)) + allocatedAside
		args := p.Args
		if got := allocated(most, func() {
			for _, arg := range args {
				arg.Any()
			}
		}); got > most {
			t.Errorf("the values of %d bytes take %d, want at most %d: % .100x", len(data), got, most, data)
		}
	})
}
