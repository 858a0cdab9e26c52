package packet

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// A payload is the body of a polling request or response: several packets.
//
//	revision 4, text     packet 0x1E packet …          binary as b<base64>
//	revision 3, text     length ":" packet …           length in UTF-16 units, binary as b4<base64>
//	revision 3, binary   kind length 0xFF packet …     kind: one byte, 0 for text or 1 for binary
//	                                                   length: in bytes, decimal, each digit
//	                                                   a byte of value 0 to 9

// separator stands between the packets of a payload of revision 4.
const separator = 0x1E

// AppendPayload appends the payload of a response that carries packets, and
// reports whether it is binary; revision 3 alone has such payloads. With textOnly
// (b64=1) there are none.
func AppendPayload(dst []byte, packets []*Packet, rev Revision, textOnly bool) (payload []byte, isBinary bool) {
	switch {
	case rev == Revision4:
		return appendPayload4(dst, packets), false
	case textOnly || !anyBinary(packets):
		return appendPayload3(dst, packets), false
	default:
		return appendBinaryPayload3(dst, packets), true
	}
}

func anyBinary(packets []*Packet) bool {
	for _, p := range packets {
		if p.binary {
			return true
		}
	}
	return false
}

func appendPayload4(dst []byte, packets []*Packet) []byte {
	for i, p := range packets {
		if i > 0 {
			dst = append(dst, separator)
		}
		if p.binary {
			dst = p.appendBase64(dst, Revision4)
		} else {
			dst = append(dst, p.text()...)
		}
	}
	return dst
}

func appendPayload3(dst []byte, packets []*Packet) []byte {
	for _, p := range packets {
		text := p.text()
		if p.binary {
			text = p.appendBase64(nil, Revision3)
		}
		dst = strconv.AppendInt(dst, int64(utf16Length(text)), 10)
		dst = append(append(dst, ':'), text...)
	}
	return dst
}

func appendBinaryPayload3(dst []byte, packets []*Packet) []byte {
	for _, p := range packets {
		data, kind := p.text(), byte(0)
		if p.binary {
			// Before binary data the type is a number, not a digit.
			data, kind = append([]byte{byte(Message - '0')}, p.data()...), 1
		}
		dst = append(dst, kind)
		for _, digit := range strconv.Itoa(len(data)) {
			dst = append(dst, byte(digit-'0'))
		}
		dst = append(append(dst, 0xFF), data...)
	}
	return dst
}

// utf16Length returns the number of UTF-16 units of the UTF-8 text b.
func utf16Length(b []byte) int {
	n := 0
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c < utf8.RuneSelf:
			i++
		case c >= 0xF0: // outside the basic plane: a surrogate pair
			i, n = i+4, n+1
		case c >= 0xE0:
			i += 3
		default:
			i += 2
		}
		n++
	}
	return n
}

// ParsePayload calls handle for each packet of a request's body, in order, until
// handle returns false. It reports whether the body has the right format, as far
// as it was read: handle has been called for the packets before an error.
func ParsePayload(body []byte, rev Revision, isBinary bool, handle func(Incoming) bool) bool {
	switch {
	case rev == Revision4:
		return parsePayload4(body, handle)
	case isBinary:
		return parseBinaryPayload3(body, handle)
	default:
		return parsePayload3(body, handle)
	}
}

func parsePayload4(body []byte, handle func(Incoming) bool) bool {
	for {
		text, rest, more := bytes.Cut(body, []byte{separator})
		p, ok := ParseText(text, Revision4)
		if !ok {
			return false
		}
		if !handle(p) || !more {
			return true
		}
		body = rest
	}
}

// maxLengthDigits bounds the digits of a packet's length: more than any payload
// needs, and too few to overflow an int64.
const maxLengthDigits = 15

func parsePayload3(body []byte, handle func(Incoming) bool) bool {
	if len(body) == 0 {
		return false
	}
	for len(body) > 0 {
		text, rest, ok := cutPacket3(body)
		if !ok {
			return false
		}
		body = rest
		if len(text) == 0 {
			continue
		}
		p, ok := ParseText(text, Revision3)
		if !ok {
			return false
		}
		if !handle(p) {
			return true
		}
	}
	return true
}

// cutPacket3 returns the text of the first packet of body, and what follows it.
func cutPacket3(body []byte) (text, rest []byte, ok bool) {
	digits, rest, found := bytes.Cut(body, []byte{':'})
	if !found || len(digits) > maxLengthDigits {
		return nil, nil, false
	}
	units, err := strconv.ParseUint(string(digits), 10, 63)
	if err != nil {
		return nil, nil, false
	}
	n, ok := utf16Prefix(rest, int(units))
	return rest[:n], rest[n:], ok
}

// utf16Prefix returns the length in bytes of the first units UTF-16 units of b. It
// reports false if b has fewer, or if the last one is half of a surrogate pair.
func utf16Prefix(b []byte, units int) (int, bool) {
	i := 0
	for units > 0 {
		if i >= len(b) {
			return 0, false
		}
		_, size := utf8.DecodeRune(b[i:])
		i += size
		units--
		if size == 4 {
			units--
		}
	}
	return i, units == 0
}

func parseBinaryPayload3(body []byte, handle func(Incoming) bool) bool {
	for len(body) > 0 {
		kind, data, rest, ok := cutBinaryPacket3(body)
		if !ok {
			return false
		}
		p, ok := ParseBinary(data, Revision3)
		if kind == 0 { // text: it may be relayed, and must be UTF-8 then
			p, ok = ParseText(bytes.ToValidUTF8(data, []byte("\uFFFD")), Revision3)
		}
		if !ok {
			return false
		}
		if !handle(p) {
			return true
		}
		body = rest
	}
	return true
}

// cutBinaryPacket3 returns the kind and the data of the first packet of body, and
// what follows it.
func cutBinaryPacket3(body []byte) (kind byte, data, rest []byte, ok bool) {
	end := bytes.IndexByte(body, 0xFF)
	if end < 2 || end > maxLengthDigits {
		return 0, nil, nil, false
	}
	length := 0
	for _, digit := range body[1:end] {
		if digit > 9 {
			return 0, nil, nil, false
		}
		length = length*10 + int(digit)
	}
	rest = body[end+1:]
	if length > len(rest) {
		return 0, nil, nil, false
	}
	return body[0], rest[:length], rest[length:], true
}
