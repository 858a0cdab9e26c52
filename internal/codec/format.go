package codec

// Format is how packets are written on the wire. A server and all its clients use
// the same.
type Format uint8

const (
	// JSON is the protocol's own format: text, followed by a message for each
	// attachment of binary data.
	JSON Format = iota
	// MessagePack is the format of the npm package socket.io-msgpack-parser: each
	// packet is one binary message, a MessagePack map with the keys
	//
	//	type  an integer from 0 to 4, see Type: there are no binary types
	//	nsp   the namespace, a string
	//	data  the payload: an event's name and arguments in an array, and so on
	//	id    an integer, if an acknowledgement is asked for or given
	//
	// and others, which are ignored. Values that JavaScript has and MessagePack has
	// not are extensions of type 0: undefined is fixext 1, a Date is fixext 8
	// (milliseconds since 1970, a signed integer), and an ArrayBuffer is ext 8, 16
	// or 32.
	MessagePack
)
