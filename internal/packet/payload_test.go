package packet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestEncodedPayload(t *testing.T) {
	hi, bin := text("hi"), message("\x01\x02\x03", true)
	for _, row := range []struct {
		name     string
		packets  []*Packet
		rev      Revision
		textOnly bool
		want     string
		binary   bool
	}{
		{"one packet in revision 4", []*Packet{hi}, Revision4, false, "4hi", false},
		{"several in revision 4", []*Packet{hi, New(Noop, ""), hi}, Revision4, false, "4hi\x1e6\x1e4hi", false},
		{"binary in revision 4", []*Packet{hi, bin}, Revision4, false, "4hi\x1ebAQID", false},
		{"binary for a client of revision 4 that wants text", []*Packet{bin}, Revision4, true, "bAQID", false},
		{"one packet in revision 3", []*Packet{hi}, Revision3, false, "3:4hi", false},
		{"several in revision 3", []*Packet{hi, New(Noop, ""), text("")}, Revision3, false, "3:4hi1:61:4", false},
		{"lengths in revision 3 count UTF-16 units", []*Packet{text("aé€😀")}, Revision3, false, "6:4aé€😀", false},
		{"binary for a client of revision 3 that wants text", []*Packet{hi, bin}, Revision3, true, "3:4hi6:b4AQID", false},
		{"binary in revision 3", []*Packet{bin}, Revision3, false, "\x01\x04\xFF\x04\x01\x02\x03", true},
		{"text beside binary in revision 3", []*Packet{text("é"), bin}, Revision3, false, "\x00\x03\xFF4é\x01\x04\xFF\x04\x01\x02\x03", true},
		{"empty binary in revision 3", []*Packet{message("", true)}, Revision3, false, "\x01\x01\xFF\x04", true},
		{"a length of several digits", []*Packet{message(strings.Repeat("x", 1204), true)}, Revision3, false,
			"\x01\x01\x02\x00\x05\xFF\x04" + strings.Repeat("x", 1204), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, binary := AppendPayload([]byte("before"), row.packets, row.rev, row.textOnly)
			if want := "before" + row.want; string(got) != want || binary != row.binary {
				t.Errorf("payload %.100q, binary %v; want %.100q, binary %v", got, binary, want, row.binary)
			}
		})
	}
}

func TestUTF16Length(t *testing.T) {
	for _, s := range []string{"", "a", "é", "ߋ", "ࠀ", "€", "\uFFFD", "😀", "𝄞x", "a😀é€", strings.Repeat("€😀", 100)} {
		if got, want := utf16Length([]byte(s)), len(utf16.Encode([]rune(s))); got != want {
			t.Errorf("%.20q takes %d units, want %d", s, got, want)
		}
	}
}

// parsed returns what ParsePayload hands on, one line a packet.
func parsed(body string, rev Revision, binary bool) (lines []string, ok bool) {
	ok = ParsePayload([]byte(body), rev, binary, func(p Incoming) bool {
		kind := "text"
		if p.Binary {
			kind = "binary"
		}
		lines = append(lines, fmt.Sprintf("%c %s %s", p.Type, kind, p.Data))
		return true
	})
	return lines, ok
}

func TestParsedPayload(t *testing.T) {
	for _, row := range []struct {
		name   string
		body   string
		rev    Revision
		binary bool
		want   []string
		ok     bool
	}{
		{"one packet", "4a", Revision4, false, []string{"4 text a"}, true},
		{"several packets", "4a\x1e3\x1ebAQ==", Revision4, false, []string{"4 text a", "3 text ", "4 binary \x01"}, true},
		{"an empty body", "", Revision4, false, nil, false},
		{"a separator at the end", "4a\x1e", Revision4, false, []string{"4 text a"}, false},
		{"a separator at the start", "\x1e4a", Revision4, false, nil, false},
		{"an unknown type behind a good packet", "4a\x1e9\x1e4b", Revision4, false, []string{"4 text a"}, false},

		{"one packet of revision 3", "2:4a", Revision3, false, []string{"4 text a"}, true},
		{"several packets of revision 3", "2:4a6:b4AQID1:2", Revision3, false, []string{"4 text a", "4 binary \x01\x02\x03", "2 text "}, true},
		{"lengths in UTF-16 units", "6:4aé€😀1:2", Revision3, false, []string{"4 text aé€😀", "2 text "}, true},
		{"a colon in the data", "4:4:::1:2", Revision3, false, []string{"4 text :::", "2 text "}, true},
		{"a packet of no length is skipped", "0:2:4a", Revision3, false, []string{"4 text a"}, true},
		{"leading zeros", "002:4a", Revision3, false, []string{"4 text a"}, true},
		{"an empty body of revision 3", "", Revision3, false, nil, false},
		{"no length", "4a", Revision3, false, nil, false},
		{"an empty length", ":4a", Revision3, false, nil, false},
		{"a length that is no number", "x:4a", Revision3, false, nil, false},
		{"a negative length", "-2:4a", Revision3, false, nil, false},
		{"a length with a sign", "+2:4a", Revision3, false, nil, false},
		{"a length beyond the body", "3:4a", Revision3, false, nil, false},
		{"a length of sixteen digits", "0000000000000002:4a", Revision3, false, nil, false},
		{"a length that would overflow", "99999999999999999999:4a", Revision3, false, nil, false},
		{"a length that ends inside a character", "2:4😀", Revision3, false, nil, false},
		{"an unknown type in revision 3", "2:4a2:9x", Revision3, false, []string{"4 text a"}, false},

		{"binary", "\x01\x03\xFF\x04ab", Revision3, true, []string{"4 binary ab"}, true},
		{"a string in a binary body", "\x00\x03\xFF4é", Revision3, true, []string{"4 text é"}, true},
		{"a string that is not UTF-8 is mended as Node does", "\x00\x03\xFF4a\xFF", Revision3, true, []string{"4 text a\uFFFD"}, true},
		{"both", "\x01\x02\xFF\x04a\x00\x01\xFF2", Revision3, true, []string{"4 binary a", "2 text "}, true},
		{"binary data with 0xFF in it", "\x01\x03\xFF\x04\xFF\xFF", Revision3, true, []string{"4 binary \xFF\xFF"}, true},
		{"an empty binary body", "", Revision3, true, nil, true},
		{"no end of the length", "\x01\x03\x04ab", Revision3, true, nil, false},
		{"no length at all", "\x01\xFF\x04", Revision3, true, nil, false},
		{"no kind", "\xFF", Revision3, true, nil, false},
		{"a length of ASCII digits", "\x013\xFF\x04ab", Revision3, true, nil, false},
		{"a binary length beyond the body", "\x01\x04\xFF\x04ab", Revision3, true, nil, false},
		{"a binary length of sixteen digits", "\x01" + strings.Repeat("\x00", 15) + "\x02\xFF\x04a", Revision3, true, nil, false},
		{"a binary packet without a type", "\x01\x00\xFF", Revision3, true, []string{"\x00 text "}, true},
		{"a string packet without a type", "\x00\x00\xFF", Revision3, true, nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			lines, ok := parsed(row.body, row.rev, row.binary)
			if ok != row.ok || !slices.Equal(lines, row.want) {
				t.Errorf("packets %.100q, taken: %v; want %.100q, %v", lines, ok, row.want, row.ok)
			}
		})
	}
}

func TestParsingEndsWhenTheHandlerSaysSo(t *testing.T) {
	for _, row := range []struct {
		name   string
		body   string
		rev    Revision
		binary bool
	}{
		{"in revision 4", "4a\x1e4b\x1e4c", Revision4, false},
		{"in revision 3", "2:4a2:4b2:4c", Revision3, false},
		{"in a binary body", "\x00\x02\xFF4a\x00\x02\xFF4b\x00\x02\xFF4c", Revision3, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := 0
			ok := ParsePayload([]byte(row.body), row.rev, row.binary, func(Incoming) bool {
				n++
				return n < 2
			})
			if !ok || n != 2 {
				t.Errorf("%d packets handled, taken: %v; want 2, true", n, ok)
			}
		})
	}
}
