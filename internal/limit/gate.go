package limit

import (
	"errors"
	"net/http"
	"net/netip"
	"sync"
)

// Admission is the limits on opening sessions. Zero fields are no limit.
type Admission struct {
	Sessions      int // open at the same time
	SessionsPerIP int // open at the same time, of one address
	Rate          Rate
	RatePerIP     Rate
	Proxies       Proxies
}

func (a *Admission) perIP() bool { return a.SessionsPerIP > 0 || a.RatePerIP.Limited() }

// The errors of Admit. Clients get their texts.
var (
	errFull    = errors.New("the server is full: try again later")
	errPerIP   = errors.New("too many sessions from your address: close some or try again later")
	errRate    = errors.New("too many clients come at once: try again in a moment")
	errPerRate = errors.New("you connect too often: try again in a moment")
)

// Gate admits sessions within the limits of an Admission: each takes an admission
// slot. It is safe for concurrent use.
type Gate struct {
	// immutable
	limits Admission
	counts *Counts

	rate Bucket
	mu   sync.Mutex
	// guarded by mu
	open     int                  // slots that are taken
	peers    map[netip.Addr]*peer // those with open sessions or a bucket that is not full
	admitted int64
	second   int64 // in which the last session was admitted
	inSecond int64 // sessions admitted in that second
	peak     int64 // most sessions admitted in one second
}

// peer is what the clients of one address have taken.
type peer struct {
	sessions int
	rate     Bucket
}

// NewGate returns a Gate that counts refusals in counts.
func NewGate(limits Admission, counts *Counts) *Gate {
	return &Gate{limits: limits, counts: counts, peers: make(map[netip.Addr]*peer)}
}

// Admit takes an admission slot for a handshake. The caller must call release,
// once, when the session has ended or could not be opened. The error is one line
// for the client.
func (g *Gate) Admit(r *http.Request) (release func(), err error) {
	var addr netip.Addr
	if g.limits.perIP() {
		addr = group(g.limits.Proxies.Client(r))
	}
	if cause, err := g.admit(addr, Now()); err != nil {
		if g.counts.Add(cause) {
			g.counts.Log(cause, "address", g.limits.Proxies.Client(r).String())
		}
		return nil, err
	}
	if !g.limits.perIP() {
		return g.release, nil
	}
	return func() { g.releaseOf(addr) }, nil
}

// admit takes a slot for a session from addr. It checks the limits per address
// before it takes from the rate of all clients: refused handshakes of one address
// cost the others nothing.
func (g *Gate) admit(addr netip.Addr, now int64) (Cause, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.peers[addr]
	if p == nil {
		p = new(peer)
	}
	switch a := &g.limits; {
	case a.SessionsPerIP > 0 && p.sessions >= a.SessionsPerIP:
		return SessionsPerIP, errPerIP
	case a.Sessions > 0 && g.open >= a.Sessions:
		return Sessions, errFull
	case !p.rate.Take(a.RatePerIP, 1, now):
		return HandshakeRatePerIP, errPerRate
	case !g.rate.Take(a.Rate, 1, now):
		return HandshakeRate, errRate
	}
	g.open++
	g.noteLocked(now)
	if g.limits.perIP() {
		p.sessions++
		g.peers[addr] = p
		g.sweepLocked(now)
	}
	return 0, nil
}

// noteLocked counts an admission in the statistics.
func (g *Gate) noteLocked(now int64) {
	g.admitted++
	if second := now / 1e9; second != g.second {
		g.second, g.inSecond = second, 0
	}
	g.inSecond++
	g.peak = max(g.peak, g.inSecond)
}

// sweepLocked removes peers without sessions whose bucket is full. It looks at a
// few for each admission, which keeps the table in proportion to the traffic.
func (g *Gate) sweepLocked(now int64) {
	looked := 0
	for addr, p := range g.peers { // in random order
		if p.sessions == 0 && p.rate.Full(now) {
			delete(g.peers, addr)
		}
		if looked++; looked == 4 {
			return
		}
	}
}

// release gives a slot back.
func (g *Gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}

// releaseOf gives a slot of an address back.
func (g *Gate) releaseOf(addr netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	p := g.peers[addr]
	p.sessions--
	if p.sessions == 0 && p.rate.Full(Now()) {
		delete(g.peers, addr)
	}
}

// Admitted returns how many handshakes were admitted, and the most of them in
// one second.
func (g *Gate) Admitted() (total, peak int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.admitted, g.peak
}
