package conformance

import "testing"

// leave disconnects from the main namespace and waits until the server has seen
// to it: Node takes what comes in the same read as sent before the DISCONNECT.
func (c *client) leave(t *testing.T) {
	t.Helper()
	c.send(t, text("41"), text("40/random,"))
	c.want(t, text(`44/random,{"message":"Invalid namespace"}`))
}

func TestDisconnectFromTheMainNamespace(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.leave(t)
		// The connection stays, and the namespace can be joined anew.
		c.send(t, text("40"))
		if rev == revision3 {
			c.want(t, text("40"), text(`42["auth",{}]`))
		} else {
			if again := c.wantConnected(t, ""); again == c.id {
				t.Errorf("the new socket has the id of the old one, %s", again)
			}
			c.want(t, text(`42["auth",{}]`))
		}
		c.wantAlive(t)
	})
}

func TestConnectionOutlivesItsNamespaces(t *testing.T) {
	t.Parallel()
	ws := dialWebSocket(t, protocolURL, endpoint{socketPath, revision4}.query("websocket"), nil)
	ws.next(t)
	ws.send(t, text("40"))
	ws.next(t)
	ws.want(t, text(`42["auth",{}]`))
	ws.send(t, text("41"))
	ws.want(t, text("2")) // the next heartbeat
}

func TestDisconnectFromACustomNamespace(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t, text("40/custom"))
		c.next(t)
		c.want(t, text(`42/custom,["auth",{}]`))
		c.send(t, text("41/custom"), text(`42["message","message to main namespace"]`))
		c.want(t, text(`42["message-back","message to main namespace"]`))
	})
}

func TestAPacketAfterDisconnectIsAViolation(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		for _, packet := range []string{`42["message",1]`, "41"} {
			c := join(t, protocolURL, rev)
			c.leave(t)
			c.send(t, text(packet))
			c.wantClose(t, closeNoCode)
		}
	})
}
