package conformance

import "testing"

func TestAcknowledgements(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, sent, answer string }{
		{"arguments of every kind", `42456["message-with-ack",1,"2",{"3":[false]}]`, `43456[1,"2",{"3":[false]}]`},
		{"no argument", `427["message-with-ack"]`, `437[]`},
		{"the id 0", `420["message-with-ack",1]`, `430[1]`},
		{"leading zeros", `42007["message-with-ack",1]`, `437[1]`},
		{"the largest exact id", `429007199254740991["message-with-ack",1]`, `439007199254740991[1]`},
		{"an argument that begins with a digit", `421["message-with-ack","2"]`, `431["2"]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				c := join(t, protocolURL, rev)
				c.send(t, text(tc.sent))
				c.want(t, text(tc.answer))
			})
		})
	}
}

func TestAcknowledgementWithAttachments(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t,
			text(`452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`),
			c.attachment("\x01\x02\x03"), c.attachment("\x04\x05\x06"))
		c.want(t,
			text(`462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`),
			c.attachment("\x01\x02\x03"), c.attachment("\x04\x05\x06"))
	})
}

// The server asked for none of these.
func TestUnexpectedAcknowledgementsAreIgnored(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t, text("43[]"), text("430[]"), text(`431["a"]`), text(`431["a"]`), text("43"))
		c.send(t, text(`461-5[{"_placeholder":true,"num":0}]`), c.attachment("x"))
		c.wantAlive(t)
	})
}
