package codec

// Packet is a decoded packet. It belongs to the Decoder that returned it: the
// packet, its Data and its Args are valid until the Decoder's next call, while
// Namespace, Name and the bytes of attachments may be kept.
type Packet struct {
	Type      Type
	Namespace string // "/" when the packet names none; a query stays on it literally
	ID        uint64 // saturated when the digits do not fit
	HasID     bool

	// Data is the payload: validated JSON, or MessagePack, as it stood on the wire,
	// nil when absent. Payload gives it as a Value.
	Data []byte

	format Format

	// Name is the decoded name of an event. A number stands in its JavaScript
	// string form (1e3 is "1000"), as the reference's emitter looks it up.
	Name        string
	HasName     bool // false for an event without payload, which means nothing and is to be ignored
	NumericName bool

	// Args are an event's arguments after the name, or all elements of an acknowledgement.
	Args []Value
}

// Payload returns the packet's data, without its attachments; the zero Value
// when it has none.
func (p *Packet) Payload() Value {
	if p.format == MessagePack && p.Data != nil {
		return packedValue(p.Data)
	}
	return Value{JSON: p.Data}
}
