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

// MessagePack, given to SetParser, has a server speak the format of the npm
// package socket.io-msgpack-parser, which its clients must use too. It is for New
// alone: a server of the module's own cannot use it.
var MessagePack parser.Parser = packetParser{b: &Bridge{encoder: adapter.Encoder{Format: codec.MessagePack}}}

// formatOf returns the format that the options' parser stands for. It panics
// for a parser that our engine cannot use, because it is the module's to call.
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

// encoder turns a packet of the module's into one buffer, so that nothing can
// come between its text and its attachments.
type encoder struct{ b *Bridge }

// encoded is a packet, ready to send. It is immutable.
type encoded struct {
	types.BufferInterface // its text, for whoever reads it as a buffer
	packets               []*packet.Packet
	kind                  codec.Type
	namespace             string
}

// Clone returns the same buffer: nobody changes it.
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

// withoutNil returns a CONNECT_ERROR without the data that its error has not
// got: Node leaves out what is undefined, and the client does not find a null.
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

// decoder hands on what the router has decoded: the module's connection gives
// it whatever its engine emits as data.
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
