package rooms

import (
	"github.com/zishang520/socket.io-go-parser/v2/parser"

	"signaling/internal/codec"
	"signaling/internal/engine"
)

// sizeHint is what an event's packet takes besides its arguments.
const sizeHint = 48

// Event encodes an event once for any number of receivers: the packet's text
// and, behind it, its attachments.
func Event(namespace, name string, args ...codec.Value) []*engine.Packet {
	size := engine.Headroom + sizeHint + len(namespace) + len(name)
	for _, arg := range args {
		size += len(arg.JSON)
	}
	return packets(codec.AppendEvent(make([]byte, engine.Headroom, size), namespace, name, args...))
}

// Ack encodes an acknowledgement.
func Ack(namespace string, id uint64, args ...codec.Value) []*engine.Packet {
	return packets(codec.AppendAck(make([]byte, engine.Headroom, engine.Headroom+sizeHint), namespace, id, args...))
}

// Module encodes a packet of the module's. It fails for data that JSON cannot express.
func Module(p *parser.Packet) ([]*engine.Packet, error) {
	if m, ok := p.Data.(missed); ok {
		return m.packets, nil
	}
	text, attachments, err := codec.AppendPacket(make([]byte, engine.Headroom, engine.Headroom+sizeHint), p)
	if err != nil {
		return nil, err
	}
	return packets(text, attachments), nil
}

func packets(text []byte, attachments [][]byte) []*engine.Packet {
	all := make([]*engine.Packet, 1, 1+len(attachments))
	all[0] = engine.NewText(text)
	for _, a := range attachments {
		all = append(all, engine.NewBinary(a))
	}
	return all
}
