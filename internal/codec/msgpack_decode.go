package codec

import "math"

// maxPackedArgs is how many arguments an event may have. Each takes a Value, and
// may be a single byte on the wire.
const maxPackedArgs = 1 << 16

// maxSafeInteger is JavaScript's Number.MAX_SAFE_INTEGER.
const maxSafeInteger = 1<<53 - 1

// packedFields are the members of a packet's map; the zero Value is none.
type packedFields struct{ kind, namespace, data, id Value }

// packed decodes a packet in MessagePack. It checks what the reference parser
// checks and, as for JSON, that no event has a reserved name.
func (d *Decoder) packed(data []byte) (*Packet, error) {
	d.Release()
	fields, err := scanFields(data)
	if err != nil {
		return nil, err
	}
	namespace, ok := fields.namespace.packedBytes(packString)
	if !ok {
		return nil, ErrInvalidPacket
	}
	p := Packet{Namespace: recall(&d.namespace, namespace), format: MessagePack}
	if p.Type, ok = packedType(fields.kind); !ok {
		return nil, ErrUnknownType
	}
	if p.ID, p.HasID, ok = packedID(fields.id); !ok {
		return nil, ErrInvalidPacket
	}
	d.packet = p
	if err := d.packedPayload(fields.data); err != nil {
		d.Release()
		return nil, err
	}
	return &d.packet, nil
}

// scanFields checks a whole packet and finds the members of its map.
func scanFields(data []byte) (f packedFields, err error) {
	h, err := readPackHead(data, 0)
	switch {
	case err != nil:
		return f, err
	case h.kind != packMap:
		return f, ErrInvalidPacket
	}
	i := h.start
	for range h.count / 2 {
		middle, err := scanPacked(data, i, 0) // the packet's map is not counted
		if err != nil {
			return f, err
		}
		end, err := scanPacked(data, middle, 0)
		if err != nil {
			return f, err
		}
		key, _ := packedValue(data[i:middle]).packedBytes(packString)
		f.set(key, packedValue(data[middle:end:end]))
		i = end
	}
	if i != len(data) {
		return f, ErrInvalidPayload
	}
	return f, nil
}

// set stores a member. Of several with the same name the last counts.
func (f *packedFields) set(key []byte, value Value) {
	switch string(key) {
	case "type":
		f.kind = value
	case "nsp":
		f.namespace = value
	case "data":
		f.data = value
	case "id":
		f.id = value
	}
}

// undefined reports whether the value is undefined or, as the zero Value, is a
// member that does not exist: JavaScript does not distinguish them.
func (v Value) undefined() bool {
	h, ok := v.packedHead()
	return !ok || h.kind == packUndefined
}

// packedInteger returns the value if it is an integer from 0 to most.
func packedInteger(v Value, most float64) (uint64, bool) {
	h, ok := v.packedHead()
	if !ok || h.kind != packNumber || h.number != math.Trunc(h.number) || h.number < 0 || h.number > most {
		return 0, false
	}
	return uint64(h.number), true
}

func packedType(v Value) (Type, bool) {
	n, ok := packedInteger(v, float64(ConnectError))
	return Type(n), ok
}

func packedID(v Value) (id uint64, has, ok bool) {
	if v.undefined() {
		return 0, false, true
	}
	id, ok = packedInteger(v, maxSafeInteger)
	return id, true, ok
}

// packedPayload checks that the payload is of the shape that the packet's type
// requires, and finds the event name and the arguments in it.
func (d *Decoder) packedPayload(data Value) error {
	p := &d.packet
	h, _ := data.packedHead()
	missing := data.undefined()
	if !missing {
		p.Data = data.JSON
	}
	ok := false
	switch p.Type {
	case Connect:
		ok = missing || h.kind == packMap
	case Disconnect:
		ok = missing
	case ConnectError:
		ok = !missing && (h.kind == packMap || h.kind == packString)
	default:
		ok = !missing && h.kind == packArray
	}
	switch {
	case !ok:
		return ErrInvalidPayload
	case p.Type == Event || p.Type == Ack:
		return d.packedArgs(data, h)
	}
	return nil
}

func (d *Decoder) packedArgs(data Value, h packHead) error {
	p := &d.packet
	if h.count > maxPackedArgs {
		return ErrTooManyArguments
	}
	if h.count > cap(d.args) {
		d.args = make([]Value, 0, h.count)
	}
	for arg := range data.packedValues(h) {
		d.args = append(d.args, arg)
	}
	p.Args = d.args
	if p.Type == Ack || h.count == 0 {
		return nil // an event without a name has no meaning
	}
	name := p.Args[0]
	p.Args = p.Args[1:]
	switch h, _ := name.packedHead(); h.kind {
	case packString:
		p.Name, p.HasName = d.intern(name.JSON[h.start:]), true
		if isReserved(p.Name) {
			return ErrReservedName
		}
	case packNumber:
		p.Name, p.HasName, p.NumericName = string(appendFloat(nil, h.number, 64)), true, true
	}
	return nil
}
