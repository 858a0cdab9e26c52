package conformance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// client is a Socket.IO client on WebSocket.
type client struct {
	*webSocket
	rev revision
	id  string // of its socket in the main namespace
}

// connectReply matches what answers a CONNECT of revision 4: an optional
// namespace, and a socket id in URL-safe base64. Node's has 20 characters, that
// of the module which makes ours has 24.
var connectReply = regexp.MustCompile(`^40(?:(/[^,]*),)?\{"sid":"([0-9A-Za-z_-]{20,24})"\}$`)

// open opens a WebSocket with heartbeats and leaves namespaces to the test.
func open(t *testing.T, base string, rev revision) *client {
	t.Helper()
	ws := dialWebSocket(t, base, endpoint{socketPath, rev}.query("websocket"), nil)
	c := &client{webSocket: ws, rev: rev, id: sessionID(t, ws.next(t).data)}
	c.heartbeats(rev)
	return c
}

// join opens a client and connects it to the main namespace.
func join(t *testing.T, base string, rev revision) *client {
	t.Helper()
	c := open(t, base, rev)
	if rev == revision3 {
		// Connected by the server, under the session's own id.
		c.want(t, text("40"))
	} else {
		c.send(t, text("40"))
		c.id = c.wantConnected(t, "")
	}
	if base == protocolURL {
		c.want(t, text(`42["auth",{}]`))
	}
	return c
}

// wantConnected reads the answer to a CONNECT of revision 4 and returns the
// socket's id. The main namespace is written as "".
func (c *client) wantConnected(t *testing.T, namespace string) string {
	t.Helper()
	m := c.next(t)
	parts := connectReply.FindStringSubmatch(m.data)
	if m.binary || parts == nil || parts[1] != namespace {
		t.Fatalf("got %+.200v, want the answer to a CONNECT to %q", m, namespace)
	}
	return parts[2]
}

// attachment makes the binary message that carries an attachment: revision 3
// puts the type of the packet, message, before the data.
func (c *client) attachment(data string) message {
	if c.rev == revision3 {
		data = "\x04" + data
	}
	return message{true, data}
}

var binaryHeader = regexp.MustCompile(`^(4[56])(\d+)-(.*)$`)

// nextPacket reads a packet with its attachments and puts {"binary":"<base64>"}
// where the placeholders are, so that the order in which attachments travel
// makes no difference. A packet without attachments is returned as it is.
func (c *client) nextPacket(t *testing.T) string {
	t.Helper()
	m := c.next(t)
	parts := binaryHeader.FindStringSubmatch(m.data)
	if m.binary || parts == nil {
		return m.data
	}
	count, err := strconv.Atoi(parts[2])
	if err != nil {
		t.Fatalf("attachments of %q: %v", m.data, err)
	}
	var attachments []string
	for range count {
		a := c.next(t)
		data, isOfType := strings.CutPrefix(a.data, "\x04")
		if c.rev == revision4 {
			data, isOfType = a.data, true
		}
		if !a.binary || !isOfType {
			t.Fatalf("got %+.200v in the place of an attachment", a)
		}
		attachments = append(attachments, base64.StdEncoding.EncodeToString([]byte(data)))
	}
	return parts[1] + "-" + canonical(t, parts[3], attachments)
}

// canonical rewrites the payload of a packet with the keys of objects in order
// and attachments in the place of placeholders.
func canonical(t *testing.T, packet string, attachments []string) string {
	t.Helper()
	start := strings.IndexAny(packet, "[{")
	if start < 0 {
		return packet
	}
	var v any
	if err := json.Unmarshal([]byte(packet[start:]), &v); err != nil {
		t.Fatalf("packet %q: %v", packet, err)
	}
	out, err := json.Marshal(fillValue(v, attachments))
	if err != nil {
		t.Fatalf("packet %q: %v", packet, err)
	}
	return packet[:start] + string(out)
}

func fillValue(v any, attachments []string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = fillValue(v[i], attachments)
		}
	case map[string]any:
		if v["_placeholder"] == true {
			num, _ := v["num"].(float64)
			if int(num) >= len(attachments) {
				return fmt.Sprintf("placeholder %v without attachment", v["num"])
			}
			return map[string]any{"binary": attachments[int(num)]}
		}
		for key := range v {
			v[key] = fillValue(v[key], attachments)
		}
	}
	return v
}

// wantPacket is nextPacket with a comparison.
func (c *client) wantPacket(t *testing.T, want string) {
	t.Helper()
	if got := c.nextPacket(t); got != want {
		t.Fatalf("got packet %.300q, want %.300q", got, want)
	}
}

// wantAlive checks that the main namespace of the protocol server still answers.
func (c *client) wantAlive(t *testing.T) {
	t.Helper()
	c.send(t, text(`42["message","alive"]`))
	c.want(t, text(`42["message-back","alive"]`))
}
