package conformance

import "testing"

func TestInvalidHandshake(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, packet string }{
		{"an unknown packet type", "4abc"},
		{"an event before CONNECT", `42["message",1]`},
		{"a CONNECT whose payload is null", "40null"},
		{"a CONNECT whose payload is an array", "40[]"},
		{"a CONNECT whose payload is a string", `40"a"`},
		{"a CONNECT whose payload is broken", `40{"x":`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := open(t, protocolURL, revision4)
			c.send(t, text(tc.packet))
			c.wantClose(t, closeNoCode)
		})
	}
}

func TestInvalidPackets(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, packet string }{
		{"an unknown packet type", "4abc"},
		{"a type beyond the last", "47"},
		{"no packet type", "4"},
		{"a payload that is no array", "42{}"},
		{"an empty array", "42[]"},
		{"null", "42null"},
		{"a string", `42"message"`},
		{"an acknowledgement id that is no number", `42abc["message-with-ack",1,"2",{"3":[false]}]`},
		{"a negative acknowledgement id", `42-1["message-with-ack"]`},
		{"a name that is an object", `42[{}]`},
		{"a name that is null", `42[null]`},
		{"a name that is true", `42[true]`},
		{"broken JSON", `42["message"`},
		{"something after the JSON", `42["message"]x`},
		{"JSON with a comma too many", `42["message",]`},
		{"the reserved name connect", `42["connect"]`},
		{"the reserved name connect_error", `42["connect_error"]`},
		{"the reserved name disconnect", `42["disconnect"]`},
		{"the reserved name disconnecting", `42["disconnecting"]`},
		{"the reserved name newListener", `42["newListener"]`},
		{"the reserved name removeListener", `42["removeListener"]`},
		{"a reserved name with escapes", `42["\u0063onnect"]`},
		{"a second CONNECT", "40"},
		{"a CONNECT_ERROR", `44{"message":"x"}`},
		{"a DISCONNECT with data", "41{}"},
		{"an acknowledgement that is no array", "431{}"},
		{"an event of a namespace that was not joined", `42/custom,["message",1]`},
		{"a DISCONNECT from a namespace that was not joined", "41/custom,"},
		{"an acknowledgement of a namespace that was not joined", "43/custom,1[]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				c := join(t, protocolURL, rev)
				c.send(t, text(tc.packet))
				c.wantClose(t, closeNoCode)
			})
		})
	}
}
