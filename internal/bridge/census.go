package bridge

import (
	"sync"

	"github.com/zishang520/socket.io/v2/socket"
)

// census counts the connections that the module may know. Its maps of sockets keep
// an entry for each socket that was ever in them, until others come: when
// many have been there and the last one leaves, it empties them.
type census struct {
	mu sync.Mutex // held while the maps are emptied, so that nobody comes meanwhile
	// guarded by mu
	present int
	most    int // of them at once, since the maps were emptied
}

// manyConnections is from how many on their entries are worth the sweep.
const manyConnections = 256

// enter notes a connection, before the module may hear of it.
func (b *Bridge) enter() {
	b.census.mu.Lock()
	defer b.census.mu.Unlock()
	b.census.present++
	b.census.most = max(b.census.most, b.census.present)
}

// leave notes that the module has been told of a connection's end, and has
// finished with it.
func (b *Bridge) leave() {
	b.census.mu.Lock()
	defer b.census.mu.Unlock()
	b.census.present--
	if b.census.present > 0 || b.census.most < manyConnections {
		return
	}
	b.census.most = 0
	b.namespaces.Range(func(_, nsp any) bool {
		// Counting makes the map put all that it has in one place, which Clear
		// lets go of.
		if sockets := nsp.(socket.Namespace).Sockets(); sockets.Len() == 0 {
			sockets.Clear()
		}
		return true
	})
}
