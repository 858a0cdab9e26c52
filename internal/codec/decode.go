package codec

import "bytes"

const (
	// keptArgs is how many arguments a Decoder keeps room for between packets.
	keptArgs = 32
	// keptText is the longest namespace and event name, in bytes, that a Decoder
	// keeps, so that the next packet with it costs no allocation.
	keptText = 64
)

// Names are event names, each under itself. A Decoder returns these strings for
// events of these names, instead of allocating new ones.
type Names map[string]string

// Decoder decodes the messages of one connection. Its zero value is ready for
// packets in JSON. It is not safe for concurrent use. After an error it is ready
// for a new packet, though the connection should be closed.
//
// Besides the messages themselves it allocates at most 16 bytes for each byte of
// a text message (if that is nothing but arguments of one digit), a copy of the
// text of a binary packet, and a copy of each attachment.
type Decoder struct {
	// Set before the first message, or left at their zero values.
	Format Format
	Names  Names // read only: Decoders may share it

	packet Packet
	args   []Value // backs packet.Args

	// The last ones decoded, up to keptText bytes.
	namespace string
	name      string
	unlisted  string // the last event name that is not in Names

	awaited     int      // attachments that packet has announced; 0 if none are to come
	attachments [][]byte // those that have come
}

// Text decodes one text message. It returns nil and no error for a binary packet
// whose attachments are still to come. The packet aliases data and is valid
// until the next call of the Decoder. Of a binary packet the Decoder keeps a copy.
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
	p := &d.packet
	p.Type, p.Namespace = t, "/"
	if len(namespace) > 1 {
		p.Namespace = recall(&d.namespace, namespace)
	}
	if p.ID, p.HasID, rest = cutID(rest); len(rest) > 0 {
		p.Data = rest
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

// Release drops the references to the last packet's message, and a packet whose
// attachments are still to come. Without it an idle Decoder keeps the message of
// its last packet in memory.
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

// payload checks that the packet's data is JSON of the shape that its type
// requires, and finds the event name and the arguments in it.
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

// eventName takes the name of the event off the front of the arguments.
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
		p.Name = d.unquoteName(name)
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

// unquoteName decodes an event name, a JSON string.
func (d *Decoder) unquoteName(quoted []byte) string {
	raw := quoted[1 : len(quoted)-1]
	if string(raw) == d.name { // it has no escapes: they are not kept
		return d.name
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		return unquote(quoted)
	}
	return d.intern(raw)
}

// intern returns an event name as a string. It does not allocate for a name in
// Names, the last name, and the last one that is not in Names.
func (d *Decoder) intern(name []byte) string {
	if string(name) == d.name {
		return d.name
	}
	s, listed := d.Names[string(name)]
	if !listed {
		s = recall(&d.unlisted, name)
	}
	if len(s) <= keptText {
		d.name = s
	}
	return s
}

// recall returns text as a string: *last if it is the same, else a new one,
// which it stores in *last unless it is long.
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

// isReserved reports whether the event emitters of the client or the server use
// the name themselves. It cannot be sent as an event.
func isReserved(name string) bool {
	switch name {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return true
	}
	return false
}
