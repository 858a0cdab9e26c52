package codec

// Type is the kind of a Socket.IO packet: the first digit of its text.
// See the Socket.IO protocol, revision 5, "Packet encoding".
//
//	<type>[<attachments>-][<namespace>,][<id>][<JSON payload>]
type Type byte

const (
	Connect      Type = iota // 0  both ways  client: 0[nsp,][{auth}]  server: 0[nsp,]{"sid":…}
	Disconnect               // 1  both ways  1[nsp,]
	Event                    // 2  both ways  2[nsp,][id]["name",args…]
	Ack                      // 3  both ways  3[nsp,]id[args…]
	ConnectError             // 4  to client  4[nsp,]{"message":…} (revision 4 of the protocol: any JSON)
	BinaryEvent              // 5  both ways  5<n>-[nsp,][id]["name",args…], then n binary messages
	BinaryAck                // 6  both ways  6<n>-[nsp,]id[args…], then n binary messages
)

// String returns the protocol's own name of the type.
func (t Type) String() string {
	names := [...]string{"CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"}
	if int(t) < len(names) {
		return names[t]
	}
	return "UNKNOWN"
}

// binary reports whether binary messages follow packets of the type.
func (t Type) binary() bool { return t == BinaryEvent || t == BinaryAck }

// plain returns the type without regard to binary data: EVENT for BINARY_EVENT,
// ACK for BINARY_ACK.
func (t Type) plain() Type {
	if t.binary() {
		return t - (BinaryEvent - Event)
	}
	return t
}

const (
	// MaxDepth is how deeply arrays and objects may nest in a payload, the
	// payload's own array included. Parsers that recurse, ours and the
	// receivers', are safe at this depth.
	MaxDepth = 512
	// MaxAttachments is how many binary messages one packet may announce. The
	// reference parser and the official clients have the same limit.
	MaxAttachments = 10
)
