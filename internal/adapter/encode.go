package adapter

import (
	"signaling/internal/codec"
	"signaling/internal/packet"
)

// sizeHint is what an event's packet takes besides its arguments.
const sizeHint = 48

// Encoder encodes packets in the format of a server's clients, each once for any
// number of receivers.
type Encoder struct{ Format codec.Format }

// Event encodes an event: in JSON the packet's text and, behind it, its
// attachments.
func (e Encoder) Event(namespace, name string, args ...codec.Value) []*packet.Packet {
	size := packet.Headroom + sizeHint + len(namespace) + len(name)
	for _, arg := range args {
		size += len(arg.JSON)
	}
	buf := make([]byte, packet.Headroom, size)
	if e.Format == codec.MessagePack {
		return []*packet.Packet{packet.NewBinaryIn(codec.AppendPackedEvent(buf, namespace, name, args...))}
	}
	return packets(codec.AppendEvent(buf, namespace, name, args...))
}

// Ack encodes an acknowledgement.
func (e Encoder) Ack(namespace string, id uint64, args ...codec.Value) []*packet.Packet {
	buf := make([]byte, packet.Headroom, packet.Headroom+sizeHint)
	if e.Format == codec.MessagePack {
		return []*packet.Packet{packet.NewBinaryIn(codec.AppendPackedAck(buf, namespace, id, args...))}
	}
	return packets(codec.AppendAck(buf, namespace, id, args...))
}

// Packet encodes a packet whose data is Go values; id is nil for none. It fails
// for data that the format cannot express.
func (e Encoder) Packet(t codec.Type, namespace string, id *uint64, data any) ([]*packet.Packet, error) {
	buf := make([]byte, packet.Headroom, packet.Headroom+sizeHint)
	if e.Format == codec.MessagePack {
		packed, err := codec.AppendPackedPacket(buf, t, namespace, id, data)
		if err != nil {
			return nil, err
		}
		return []*packet.Packet{packet.NewBinaryIn(packed)}, nil
	}
	text, attachments, err := codec.AppendPacket(buf, t, namespace, id, data)
	if err != nil {
		return nil, err
	}
	return packets(text, attachments), nil
}

func packets(text []byte, attachments [][]byte) []*packet.Packet {
	all := make([]*packet.Packet, 1, 1+len(attachments))
	all[0] = packet.NewText(text)
	for _, a := range attachments {
		all = append(all, packet.NewBinary(a))
	}
	return all
}
