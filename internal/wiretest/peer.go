package wiretest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Peer is a Socket.IO client over a WebSocket of Engine.IO revision 4 that has
// joined the namespace "/".
type Peer struct {
	*WebSocket
	SID string // of the Engine.IO session
	ID  string // of the socket
}

// PeerTarget is where peers connect.
const PeerTarget = "/socket.io/?EIO=4&transport=websocket"

// Connect connects a peer.
func Connect(tb testing.TB, addr string) *Peer {
	tb.Helper()
	p, err := TryConnect(addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { p.Conn.Close() })
	return p
}

// TryConnect connects a peer that the caller closes.
func TryConnect(addr string) (*Peer, error) {
	w, err := TryDial(addr, PeerTarget)
	if err != nil {
		return nil, err
	}
	p := &Peer{WebSocket: w}
	if err := p.join(); err != nil {
		w.Conn.Close()
		return nil, err
	}
	return p, nil
}

func (p *Peer) join() (err error) {
	if p.SID, err = p.sid("0"); err != nil {
		return err
	}
	if err := p.Write(Texts("40")...); err != nil {
		return err
	}
	p.ID, err = p.sid("40")
	return err
}

// sid reads a packet that begins with prefix and has an object with a sid. On a
// busy machine the first heartbeats may come before it.
func (p *Peer) sid(prefix string) (string, error) {
	f, err := p.Message()
	for err == nil && f.Payload == "2" {
		p.Write(Texts("3")...)
		f, err = p.Message()
	}
	if err != nil {
		return "", err
	}
	return SIDOf(f.Payload, prefix)
}

// SIDOf returns the sid in the object behind prefix in a packet.
func SIDOf(packet, prefix string) (string, error) {
	object, ok := strings.CutPrefix(packet, prefix)
	var reply struct{ SID string }
	if err := json.Unmarshal([]byte(object), &reply); !ok || err != nil || reply.SID == "" {
		return "", fmt.Errorf("packet %.200q is not %s and an object with a sid", packet, prefix)
	}
	return reply.SID, nil
}

// Join joins a namespace and returns the id of the socket there.
func (p *Peer) Join(tb testing.TB, namespace string) string {
	tb.Helper()
	prefix := "40"
	if namespace != "/" {
		prefix += namespace + ","
	}
	p.Send(tb, prefix)
	id, err := SIDOf(p.Next(tb).Payload, prefix)
	if err != nil {
		tb.Fatal(err)
	}
	return id
}
