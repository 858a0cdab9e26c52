package codec

// Format is how the packets of a server stand on the wire. All its clients must
// use the same.
type Format uint8

const (
	// JSON is the protocol's own: text, and binary data in messages behind it.
	JSON Format = iota
	// MessagePack is that of the npm package socket.io-msgpack-parser: one binary
	// message for each packet, a MessagePack map with the keys
	//
	//	type  an integer from 0 to 4, see Type: there are no binary types
	//	nsp   the namespace, a string
	//	data  the payload: an event's name and arguments in an array, and so on
	//	id    an integer, if an acknowledgement is asked for or given
	//
	// and others, which mean nothing. What JavaScript has and MessagePack has not
	// are extensions of type 0: undefined is one of 1 byte (fixext 1), a Date one
	// of 8 (fixext 8: milliseconds since 1970, a signed integer), an ArrayBuffer one
	// of any length (ext 8, 16 and 32).
	MessagePack
)
