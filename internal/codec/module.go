package codec

import (
	"strconv"

	"github.com/zishang520/socket.io-go-parser/v2/parser"
)

// AppendPacket appends the text of one of the module's packets to dst and
// returns it with the attachments to send after it, which it shares with p: they
// must not be changed until they have been sent.
//
// Data is written as JSON.stringify would, with map keys sorted. A Value goes
// through as it came. []byte, buffers and other readers are binary: attachments
// in an EVENT or ACK, the form of a Node Buffer in other packets. String buffers
// and *strings.Reader are strings. NaN and the infinities are null. Slices and
// maps that are nil are empty ones, as JavaScript has no others. Structs, and
// what marshals itself, are left to encoding/json with all that is in them.
//
// It fails for what has no JSON form, for data nested deeper than MaxDepth and
// for readers that fail; then dst comes back as it was. It does not change p,
// but reads its readers to the end, except for buffers.
func AppendPacket(dst []byte, p *parser.Packet) (text []byte, attachments [][]byte, err error) {
	if !p.Type.Valid() {
		return dst, nil, ErrUnknownType
	}
	// Whether an event is a binary one shows in its data, not in the type given.
	t := Type(p.Type - parser.CONNECT)
	if t.binary() {
		t -= BinaryEvent - Event
	}
	e := dataEncoder{
		encoder:  encoder{text: dst, start: len(dst)},
		attaches: t == Event || t == Ack,
	}
	e.header(t, p.Nsp)
	if p.Id != nil {
		e.text = strconv.AppendUint(e.text, *p.Id, 10)
	}
	if p.Data != nil {
		if err := walk(&e, p.Data, 0); err != nil {
			return dst, nil, err
		}
	}
	text, attachments = e.finish()
	return text, attachments, nil
}
