package bridge

import (
	"errors"
	"fmt"
	"maps"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
	"signaling/internal/packet"
)

// MessagePack is for SetParser: a server then uses the format of the npm package
// socket.io-msgpack-parser, which its clients must use too. It works with New
// alone, not with a server of the module's own.
var MessagePack parser.Parser = packetParser{b: &Bridge{encoder: adapter.Encoder{Format: codec.MessagePack}}}

// formatOf returns the format of the options' parser. It panics for any other
// parser than ours: only the module could call that.
func formatOf(opts *socket.ServerOptions) codec.Format {
	switch p := opts.GetRawParser().(type) {
	case nil:
		return codec.JSON
	case packetParser: // MessagePack, or that of a server with the same options
		return p.b.encoder.Format
	default:
		panic(fmt.Sprintf("the parser %T cannot be used here: leave it out, or give bridge.MessagePack", p))
	}
}

// packetParser is our codec as the module's parser.
type packetParser struct{ b *Bridge }

func (p packetParser) NewEncoder() parser.Encoder { return encoder(p) }
func (p packetParser) NewDecoder() parser.Decoder { return new(decoder) }

// encoder encodes a packet of the module's into one buffer, so that nothing comes
// between its text and its attachments.
type encoder struct{ b *Bridge }

// encoded is a packet, ready to send. It is immutable.
type encoded struct {
	types.BufferInterface // empty: the module passes it on unread
	packets               []*packet.Packet
	kind                  codec.Type
	namespace             string
}

// Clone returns the same buffer, as it is immutable.
func (e *encoded) Clone() types.BufferInterface { return e }

func (e encoder) Encode(p *parser.Packet) []types.BufferInterface {
	if p.Type == parser.CONNECT_ERROR {
		p = withoutNil(p)
	}
	packets, err := e.b.encoder.Module(p)
	if err != nil {
		e.b.log.Error("packet not sent: its data cannot be encoded", "namespace", p.Nsp, "error", err)
		return nil
	}
	return []types.BufferInterface{&encoded{
		BufferInterface: types.NewStringBuffer(nil),
		packets:         packets,
		kind:            codec.Type(p.Type - '0'),
		namespace:       p.Nsp,
	}}
}

// withoutNil returns a CONNECT_ERROR without data of nil: Node leaves out what is
// undefined, and the client gets no null.
func withoutNil(p *parser.Packet) *parser.Packet {
	reply, ok := p.Data.(map[string]any)
	if data, there := reply["data"]; !ok || !there || data != nil {
		return p
	}
	without := *p
	reply = maps.Clone(reply)
	delete(reply, "data")
	without.Data = reply
	return &without
}

// decoder passes on packets that the router has decoded. The module's client adds
// to it whatever its engine.Socket emits as data.
type decoder struct{ emitter }

var errNotRouted = errors.New("data that the router has not decoded")

func (d *decoder) Add(data any) error {
	switch data := data.(type) {
	case *parser.Packet:
		d.Emit("decoded", data)
		return nil
	case error:
		return data
	default:
		return errNotRouted
	}
}

func (d *decoder) Destroy() {}
