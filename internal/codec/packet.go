package codec

// Packet is a decoded packet. It belongs to the Decoder that returned it: the
// packet, its Data and its Args are valid until the next call of the Decoder,
// while Namespace, Name and the bytes of attachments may be kept.
type Packet struct {
	Type   Type
	format Format

	HasID       bool
	HasName     bool // false for an event without payload, which is to be ignored
	NumericName bool // the event was named by a number

	Namespace string // "/" if the packet names none; with the query that revision 3 puts behind it
	ID        uint64 // MaxUint64 if the digits do not fit

	// Data is the payload as it stood on the wire, JSON or MessagePack that has been
	// checked; nil if there is none. Payload returns it as a Value.
	Data []byte

	// Name is the decoded name of an event. A number is in its JavaScript string
	// form (1e3 is "1000"), by which the reference's emitter looks it up.
	Name string

	// Args are an event's arguments after the name, or all elements of an
	// acknowledgement.
	Args []Value
}

// Payload returns the packet's data as a Value without attachments. It is the
// zero Value if there is none.
func (p *Packet) Payload() Value {
	if p.format == MessagePack && p.Data != nil {
		return packedValue(p.Data)
	}
	return Value{JSON: p.Data}
}
