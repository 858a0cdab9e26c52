package packet

import "encoding/base64"

// Incoming is a packet from a client.
type Incoming struct {
	Type   Type
	Data   []byte // part of what was parsed
	Binary bool
}

// ParseText divides the text of one packet into type and data. It reports false
// for an empty packet and for a type that is not 0 to 6. In revision 3 binary of
// such a type is accepted, as by Node, and is ignored.
func ParseText(text []byte, rev Revision) (Incoming, bool) {
	if len(text) == 0 {
		return Incoming{}, false
	}
	t := text[0]
	if t == 'b' {
		text = text[1:]
		if rev == Revision3 { // "b4" and base64: the type comes first
			if len(text) == 0 {
				return Incoming{}, true
			}
			t, text = text[0], text[1:]
		} else {
			t = byte(Message)
		}
		return Incoming{Type(t), decodeBase64(text), true}, true
	}
	return Incoming{Type(t), text[1:], false}, known(Type(t))
}

// ParseBinary divides one binary packet into type and data: in revision 4 it is
// the data of a message, in revision 3 it begins with the type, as a number and
// not as a digit.
func ParseBinary(data []byte, rev Revision) (Incoming, bool) {
	if rev == Revision4 {
		return Incoming{Message, data, true}, true
	}
	if len(data) == 0 {
		return Incoming{}, true
	}
	return Incoming{Type(data[0] + '0'), data[1:], true}, true
}

func known(t Type) bool { return t >= Open && t <= Noop }

// decodeBase64 decodes as leniently as Node's Buffer does: both alphabets, any
// other character skipped, everything behind '=' ignored.
func decodeBase64(text []byte) []byte {
	clean := make([]byte, 0, len(text))
	for _, c := range text {
		switch {
		case c == '=':
			return decodeClean(clean)
		case c == '-':
			c = '+'
		case c == '_':
			c = '/'
		case !isBase64(c):
			continue
		}
		clean = append(clean, c)
	}
	return decodeClean(clean)
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

func decodeClean(clean []byte) []byte {
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1] // its six bits make no byte
	}
	n, _ := base64.RawStdEncoding.Decode(clean, clean)
	return clean[:n]
}
