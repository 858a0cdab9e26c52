package bridge

import (
	"sync"

	"github.com/zishang520/socket.io/v2/socket"
)

// connectionCount is the number of connections that the module may know. The
// module's maps of sockets keep an entry for each socket that was ever in them,
// until others come: when the last of many connections ends, they are emptied.
type connectionCount struct {
	mu sync.Mutex // held while the maps are emptied, so that none is opened meanwhile
	// guarded by mu
	open int
	peak int // of open, since the maps were emptied
}

// manyConnections is the peak from which on the maps are worth emptying.
const manyConnections = 256

// connectionOpened counts a connection. It is called before the module may get it.
func (m *module) connectionOpened() {
	m.connections.mu.Lock()
	defer m.connections.mu.Unlock()
	m.connections.open++
	m.connections.peak = max(m.connections.peak, m.connections.open)
}

// connectionClosed counts a connection out. It is called when the module has
// finished with its end.
func (m *module) connectionClosed() {
	m.connections.mu.Lock()
	defer m.connections.mu.Unlock()
	m.connections.open--
	if m.connections.open > 0 || m.connections.peak < manyConnections {
		return
	}
	m.connections.peak = 0
	m.namespaces.Range(func(_, nsp any) bool {
		// Len makes the map move all that it has to one place, which Clear releases.
		if sockets := nsp.(socket.Namespace).Sockets(); sockets.Len() == 0 {
			sockets.Clear()
		}
		return true
	})
}
