package packet

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

// message returns a message packet.
func message(data string, binary bool) *Packet {
	if binary {
		return NewBinary([]byte(data))
	}
	return NewText(append(make([]byte, Headroom), data...))
}

// text returns a text message packet.
func text(data string) *Packet { return message(data, false) }

func TestParsedTextPacket(t *testing.T) {
	for _, row := range []struct {
		name string
		text string
		rev  Revision
		want Incoming
		ok   bool
	}{
		{"a message", "4hello", Revision4, Incoming{Message, []byte("hello"), false}, true},
		{"an empty message", "4", Revision3, Incoming{Message, nil, false}, true},
		{"the lowest type", "0{}", Revision4, Incoming{Open, []byte("{}"), false}, true},
		{"the highest type", "6", Revision4, Incoming{Noop, nil, false}, true},
		{"a probe", "2probe", Revision3, Incoming{Ping, []byte("probe"), false}, true},
		{"nothing at all", "", Revision4, Incoming{}, false},
		{"a type beyond the last", "7", Revision4, Incoming{}, false},
		{"a type that is no digit", "x", Revision3, Incoming{}, false},
		{"a type below the digits", "/", Revision3, Incoming{}, false},
		{"binary as base64 in revision 4", "bAQID", Revision4, Incoming{Message, []byte{1, 2, 3}, true}, true},
		{"binary as base64 in revision 3", "b4AQID", Revision3, Incoming{Message, []byte{1, 2, 3}, true}, true},
		{"empty binary in revision 4", "b", Revision4, Incoming{Message, nil, true}, true},
		{"empty binary in revision 3", "b4", Revision3, Incoming{Message, nil, true}, true},
		{"binary without a type in revision 3 means nothing", "b", Revision3, Incoming{}, true},
		{"binary of an unknown type in revision 3 means nothing", "b9AQID", Revision3, Incoming{'9', []byte{1, 2, 3}, true}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, ok := ParseText([]byte(row.text), row.rev)
			checkPacket(t, p, ok, row.want, row.ok)
		})
	}
}

func TestParsedBinaryPacket(t *testing.T) {
	for _, row := range []struct {
		name string
		data string
		rev  Revision
		want Incoming
		ok   bool
	}{
		{"revision 4 has no type", "\x04a", Revision4, Incoming{Message, []byte("\x04a"), true}, true},
		{"revision 4 may be empty", "", Revision4, Incoming{Message, nil, true}, true},
		{"revision 3 begins with the type as a number", "\x04a", Revision3, Incoming{Message, []byte("a"), true}, true},
		{"revision 3 may be a type alone", "\x02", Revision3, Incoming{Ping, nil, true}, true},
		{"revision 3 without a type means nothing", "", Revision3, Incoming{}, true},
		{"revision 3 with a digit in the place of the number means nothing", "4a", Revision3, Incoming{'4' + '0', []byte("a"), true}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, ok := ParseBinary([]byte(row.data), row.rev)
			checkPacket(t, p, ok, row.want, row.ok)
		})
	}
}

func checkPacket(t *testing.T, p Incoming, ok bool, want Incoming, wantOK bool) {
	t.Helper()
	if ok != wantOK {
		t.Fatalf("taken: %v, want %v", ok, wantOK)
	}
	if ok && (p.Type != want.Type || p.Binary != want.Binary || !bytes.Equal(p.Data, want.Data)) {
		t.Errorf("parsed as type %c, binary %v, %q; want type %c, binary %v, %q",
			p.Type, p.Binary, p.Data, want.Type, want.Binary, want.Data)
	}
}

// What Node's Buffer.from(text, 'base64') gives for the same text.
func TestBase64AsLenientAsNode(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"padded", "AQIDBA==", "\x01\x02\x03\x04"},
		{"without the padding", "AQIDBA", "\x01\x02\x03\x04"},
		{"with half of the padding", "AQIDBA=", "\x01\x02\x03\x04"},
		{"the standard alphabet", "+/+/", "\xFB\xFF\xBF"},
		{"the alphabet of URLs", "-_-_", "\xFB\xFF\xBF"},
		{"both alphabets at once", "+_-/", "\xFB\xFF\xBF"},
		{"white space between", "A Q\r\nI\tD", "\x01\x02\x03"},
		{"foreign characters between", "A!Q*I\x00Dé", "\x01\x02\x03"},
		{"something behind the padding", "AQ==AQID", "\x01"},
		{"six bits that are left over", "AQIDA", "\x01\x02\x03"},
		{"six bits alone", "A", ""},
		{"nothing but padding", "====", ""},
		{"nothing", "", ""},
		{"bits behind the last byte", "AR", "\x01"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := decodeBase64([]byte(row.text)); string(got) != row.want {
				t.Errorf("% x, want % x", got, row.want)
			}
		})
	}
}

func TestPacketOnAWebSocket(t *testing.T) {
	long := strings.Repeat("é", 40_000) // a header of ten bytes
	for _, row := range []struct {
		name     string
		packet   *Packet
		rev      Revision
		textOnly bool
		op       byte
		payload  string
	}{
		{"text in revision 4", text("hi"), Revision4, false, wiretest.Text, "4hi"},
		{"text in revision 3", text("hi"), Revision3, false, wiretest.Text, "4hi"},
		{"long text", text(long), Revision4, false, wiretest.Text, "4" + long},
		{"empty text", text(""), Revision4, false, wiretest.Text, "4"},
		{"binary in revision 4", message("\x00\x01\xFF", true), Revision4, false, wiretest.Binary, "\x00\x01\xFF"},
		{"binary in revision 3 has its type", message("\x00\x01\xFF", true), Revision3, false, wiretest.Binary, "\x04\x00\x01\xFF"},
		{"empty binary in revision 4", message("", true), Revision4, false, wiretest.Binary, ""},
		{"empty binary in revision 3", message("", true), Revision3, false, wiretest.Binary, "\x04"},
		{"long binary in revision 3", message(long, true), Revision3, false, wiretest.Binary, "\x04" + long},
		{"binary as text in revision 4", message("\x01\x02\x03", true), Revision4, true, wiretest.Text, "bAQID"},
		{"binary as text in revision 3", message("\x01\x02\x03", true), Revision3, true, wiretest.Text, "b4AQID"},
		{"padded binary as text", message("\x01", true), Revision4, true, wiretest.Text, "bAQ=="},
		{"a signal without data", New(Noop, ""), Revision4, false, wiretest.Text, "6"},
		{"a signal with data", New(Pong, "probe"), Revision3, false, wiretest.Text, "3probe"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for range 2 { // a frame is built once, and is the same ever after
				wire := row.packet.PlainFrame(row.rev, row.textOnly)
				f, err := wiretest.ReadFrame(bytes.NewReader(wire))
				if err != nil || f.Op != row.op || f.Payload != row.payload {
					t.Errorf("reads as opcode %d, %.50q (%v); want opcode %d, %.50q", f.Op, f.Payload, err, row.op, row.payload)
				}
			}
		})
	}
}

func TestPacketIsSharedByReceiversOfAllKinds(t *testing.T) {
	p := message(strings.Repeat("\xAB", 1000), true)
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			rev, textOnly := Revision3+Revision(i%2), i%3 == 0
			first := bytes.Clone(p.PlainFrame(rev, textOnly))
			if again := p.PlainFrame(rev, textOnly); !bytes.Equal(first, again) {
				t.Errorf("revision %d, text only %v: two different frames", rev, textOnly)
			}
			AppendPayload(nil, []*Packet{p}, rev, textOnly)
		})
	}
	all.Wait()
}

func TestNewBinaryCopies(t *testing.T) {
	data := []byte("abc")
	p := NewBinary(data)
	data[0] = 'x'
	if string(p.data()) != "abc" {
		t.Errorf("the packet's data is %q after a change of what it was made from", p.data())
	}
}
