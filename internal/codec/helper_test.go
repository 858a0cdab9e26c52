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
