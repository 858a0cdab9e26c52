package codec

import "testing"

// decodeText decodes one text packet that must be good.
func decodeText(t testing.TB, text string) *Packet {
	t.Helper()
	p, err := new(Decoder).Text([]byte(text))
	if err != nil || p == nil {
		t.Fatalf("decode %.80q: packet %v, error %v", text, p, err)
	}
	return p
}

// decodeBinary decodes one binary packet that must be good.
func decodeBinary(t testing.TB, text string, attachments ...[]byte) *Packet {
	t.Helper()
	var d Decoder
	p, err := d.Text([]byte(text))
	for i := 0; i < len(attachments) && err == nil && p == nil; i++ {
		p, err = d.Binary(attachments[i])
	}
	if err != nil || p == nil {
		t.Fatalf("decode %.80q with %d attachments: packet %v, error %v", text, len(attachments), p, err)
	}
	return p
}

// goPacket is a packet whose payload is Go values.
type goPacket struct {
	Type      Type
	Namespace string
	ID        *uint64
	Data      any
}

func (p goPacket) append(dst []byte) ([]byte, [][]byte, error) {
	return AppendPacket(dst, p.Type, p.Namespace, p.ID, p.Data)
}

func (p goPacket) appendPacked(dst []byte) ([]byte, error) {
	return AppendPackedPacket(dst, p.Type, p.Namespace, p.ID, p.Data)
}
