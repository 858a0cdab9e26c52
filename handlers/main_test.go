package handlers

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/wiretest"
)

func TestMain(m *testing.M) { wiretest.Main(m) }

// fixture is the signaling server with three peers.
type fixture struct {
	io    *socket.Server
	addr  string
	log   *wiretest.Log // of debug level
	peers [3]*wiretest.Peer
}

// serve runs a server until the test ends.
func serve(t testing.TB) *fixture {
	t.Helper()
	opts := socket.DefaultServerOptions()
	opts.SetAllowEIO3(true)
	f := &fixture{log: new(wiretest.Log)}
	b := bridge.New(opts, slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	Register(b, DefaultLimits)
	web := httptest.NewServer(b)
	t.Cleanup(func() {
		b.Close()
		web.Close()
	})
	f.io, f.addr = b.Server(), web.Listener.Addr().String()
	for i := range f.peers {
		f.peers[i] = wiretest.Connect(t, f.addr)
	}
	return f
}

// fill puts the peers' ids in the place of $A, $B and $C.
func (f *fixture) fill(text string) string {
	return strings.NewReplacer("$A", f.peers[0].ID, "$B", f.peers[1].ID, "$C", f.peers[2].ID).Replace(text)
}

// arrived returns the messages that a peer has got since the last time, each
// with a b before it when it is binary.
func (f *fixture) arrived(t *testing.T, p *wiretest.Peer) (messages []string) {
	t.Helper()
	f.io.To(socket.Room(p.ID)).Emit("end")
	for {
		m := p.Next(t)
		switch {
		case m.Payload == `42["end"]`:
			return messages
		case m.Op == wiretest.Binary:
			m.Payload = "b" + m.Payload
		}
		messages = append(messages, m.Payload)
	}
}

// settle waits until all that peer A has sent is handled.
func (f *fixture) settle(t *testing.T) {
	t.Helper()
	a := f.peers[0]
	a.Send(t, "40/nobody,")
	a.Want(t, `44/nobody,{"message":"Invalid namespace"}`)
}
