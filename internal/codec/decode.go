package codec

import "bytes"

const (
	// keptArgs is how many arguments a Decoder keeps room for between packets.
	keptArgs = 32
	// keptText is the length up to which a Decoder remembers its last namespace
	// and event name, so that the next packet need not allocate them again.
	keptText = 64
)

// Decoder decodes the messages of one connection. Its zero value is ready, for
// JSON. It
// is not safe for concurrent use. After an error it is ready for a new packet,
// though the connection should be closed.
//
// Beyond the messages themselves it allocates at most 16 bytes for each byte of
// a text message (for one that is nothing but one-digit arguments), a copy of a
// binary packet's text, and of each attachment.
type Decoder struct {
	Format Format // set before the first message, if at all

	packet Packet
	args   []Value // backs packet.Args

	namespace, name string // the last ones decoded, up to keptText

	awaited     int      // attachments announced by packet; 0 when none is under way
	attachments [][]byte // those that have come
}

// Text decodes one text message. It returns nil and no error for a binary
// packet, whose attachments are still to come. The packet aliases data, and is
// valid until the next call; of a binary packet the Decoder keeps a copy.
func (d *Decoder) Text(data []byte) (*Packet, error) {
	if d.awaited > 0 || d.Format == MessagePack {
		d.Release()
		return nil, ErrUnexpectedText
	}
	d.Release()
	t, rest, err := cutType(data)
	if err != nil {
		return nil, err
	}
	attachments := 0
	if t.binary() {
		if attachments, rest, err = cutAttachments(rest); err != nil {
			return nil, err
		}
		rest = bytes.Clone(rest)
	}
	namespace, rest := cutNamespace(rest)
	id, hasID, rest := cutID(rest)
	d.packet = Packet{Type: t, Namespace: "/", ID: id, HasID: hasID}
	if len(namespace) > 1 {
		d.packet.Namespace = recall(&d.namespace, namespace)
	}
	if len(rest) > 0 {
		d.packet.Data = rest
		if err := d.payload(); err != nil {
			return nil, err
		}
	}
	if t.binary() {
		d.await(attachments)
		return nil, nil
	}
	return &d.packet, nil
}

// Release drops what the last packet referred to, and a packet whose
// attachments are still to come. It is for callers whose message buffers would
// be kept alive by an idle Decoder.
func (d *Decoder) Release() {
	d.packet = Packet{}
	d.dropArgs()
	d.awaited, d.attachments = 0, nil
}

func (d *Decoder) dropArgs() {
	clear(d.args)
	if d.args = d.args[:0]; cap(d.args) > keptArgs {
		d.args = nil
	}
	d.packet.Args = nil
}

// payload checks that the packet's data is JSON of the shape that its type asks
// for, and finds the event name and the arguments in it.
func (d *Decoder) payload() error {
	p := &d.packet
	switch p.Type {
	case Event, BinaryEvent, Ack, BinaryAck:
		var err error
		d.args, err = appendElements(d.args[:0], p.Data)
		p.Args = d.args
		if err != nil || p.Type == Ack || p.Type == BinaryAck {
			return err
		}
		return d.eventName()
	case Connect, ConnectError:
		c := p.Data[0]
		if c != '{' && (p.Type == Connect || c != '"') {
			return ErrInvalidPayload
		}
		end, err := scanValue(p.Data, 0, 0)
		if err != nil {
			return err
		}
		return checkEnd(p.Data, end)
	}
	return ErrInvalidPayload // a DISCONNECT has none
}

// eventName takes the event's name off the front of the arguments.
func (d *Decoder) eventName() error {
	p := &d.packet
	if len(p.Args) == 0 {
		return ErrInvalidPayload
	}
	name := p.Args[0].JSON
	p.Args = p.Args[1:]
	p.HasName = true
	switch c := name[0]; {
	case c == '"':
		p.Name = d.internName(name)
		if isReserved(p.Name) {
			return ErrReservedName
		}
	case c == '-' || '0' <= c && c <= '9':
		p.Name = string(appendFloat(nil, parseFloat(name), 64))
		p.NumericName = true
	default:
		return ErrInvalidPayload
	}
	return nil
}

// internName decodes an event name. The four of a call, and the one that came
// last, cost no allocation.
func (d *Decoder) internName(quoted []byte) string {
	raw := quoted[1 : len(quoted)-1]
	switch string(raw) {
	case "offer":
		return "offer"
	case "answer":
		return "answer"
	case "onicecandidate":
		return "onicecandidate"
	case "message":
		return "message"
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		return unquote(quoted)
	}
	return recall(&d.name, raw)
}

// recall returns text as a string: last, if it is the same, or else a new one
// that becomes last unless it is long.
func recall(last *string, text []byte) string {
	if string(text) == *last {
		return *last
	}
	s := string(text)
	if len(s) <= keptText {
		*last = s
	}
	return s
}

// isReserved reports whether the name has a meaning of its own to the event
// emitters of the client or the server, who therefore never send it.
func isReserved(name string) bool {
	switch name {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return true
	}
	return false
}
