package codec

import (
	"slices"
	"strconv"
)

// AppendEvent appends the text of an event packet to dst, and returns it with
// the attachments to send after it, whose memory it shares with args. The event
// is a binary one if args refer to attachments: these are numbered anew in order
// of appearance, once each, and attachments that args do not refer to are left
// out. The zero Value is written as null. A namespace of "/" or "" is not
// written.
//
// It is safe for concurrent use, even with the same args.
func AppendEvent(dst []byte, namespace, name string, args ...Value) (text []byte, attachments [][]byte) {
	e := encoder{text: dst, start: len(dst)}
	e.header(Event, namespace)
	e.text = append(e.text, '[')
	e.text = AppendString(e.text, name)
	for _, arg := range args {
		e.text = append(e.text, ',')
		e.relay(arg)
	}
	e.text = append(e.text, ']')
	return e.finish()
}

// AppendAck appends the text of an acknowledgement, as AppendEvent does for events.
func AppendAck(dst []byte, namespace string, id uint64, args ...Value) (text []byte, attachments [][]byte) {
	e := encoder{text: dst, start: len(dst)}
	e.header(Ack, namespace)
	e.text = strconv.AppendUint(e.text, id, 10)
	e.text = append(e.text, '[')
	for i, arg := range args {
		if i > 0 {
			e.text = append(e.text, ',')
		}
		e.relay(arg)
	}
	e.text = append(e.text, ']')
	return e.finish()
}

// encoder writes one packet.
type encoder struct {
	text        []byte
	start       int // where the packet begins in text
	attachments [][]byte
}

func (e *encoder) header(t Type, namespace string) {
	e.text = append(e.text, '0'+byte(t))
	if namespace != "" && namespace != "/" {
		e.text = append(e.text, namespace...)
		e.text = append(e.text, ',')
	}
}

// finish turns a packet that refers to attachments into a binary one. Their
// number, which stands before the payload, is known only at the end.
func (e *encoder) finish() ([]byte, [][]byte) {
	if n := len(e.attachments); n > 0 {
		e.text[e.start] += byte(BinaryEvent - Event)
		var count [8]byte
		e.text = slices.Insert(e.text, e.start+1, append(strconv.AppendInt(count[:0], int64(n), 10), '-')...)
	}
	return e.text, e.attachments
}

// relay writes a value as it came, with the numbers of its attachments replaced.
func (e *encoder) relay(v Value) {
	if len(v.JSON) == 0 {
		e.text = append(e.text, "null"...)
		return
	}
	if v.packed() {
		e.convert(v)
		return
	}
	written := 0
	if v.attachments != nil {
		for _, p := range findPlaceholders(v.JSON) {
			if !(p.num >= 0 && p.num < float64(len(*v.attachments))) {
				continue // JSON made by hand
			}
			e.text = append(e.text, v.JSON[written:p.start]...)
			e.attach((*v.attachments)[int(p.num)])
			written = p.end
		}
	}
	e.text = append(e.text, v.JSON[written:]...)
}

// convert writes a MessagePack value as JSON.
func (e *encoder) convert(v Value) {
	d := dataEncoder{encoder: *e, attaches: true}
	if err := walk(&d, v.Any(), 0); err != nil { // it is no deeper than JSON may be
		d.text = append(d.text[:len(e.text)], "null"...)
	}
	*e = d.encoder
}

// attach writes a placeholder for data. Data that is attached already is not
// attached again: each placeholder of a few bytes could add a megabyte.
func (e *encoder) attach(data []byte) {
	n := slices.IndexFunc(e.attachments, func(a []byte) bool { return same(a, data) })
	if n < 0 {
		n = len(e.attachments)
		e.attachments = append(e.attachments, data)
	}
	e.text = append(e.text, `{"`+placeholderKey+`":true,"`+numKey+`":`...)
	e.text = strconv.AppendInt(e.text, int64(n), 10)
	e.text = append(e.text, '}')
}

// same reports whether a and b are the same bytes in memory.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
