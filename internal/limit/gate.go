package limit

import (
	"errors"
	"net/http"
	"net/netip"
	"sync"
)

// Admission says who may open a session. Zero fields are no limit.
type Admission struct {
	Sessions      int // open at the same time
	SessionsPerIP int // likewise, of one address
	Rate          Rate
	RatePerIP     Rate
	Proxies       Proxies
}

func (a *Admission) perIP() bool { return a.SessionsPerIP > 0 || a.RatePerIP.Limited() }

// The errors of Admit, as the client reads them.
var (
	errFull    = errors.New("the server is full: try again later")
	errPerIP   = errors.New("too many sessions from your address: close some or try again later")
	errRate    = errors.New("too many clients come at once: try again in a moment")
	errPerRate = errors.New("you connect too often: try again in a moment")
)

// Gate admits sessions. It is safe for concurrent use.
type Gate struct {
	// immutable
	rules  Admission
	counts *Counts

	rate Bucket
	mu   sync.Mutex
	// guarded by mu
	open     int
	peers    map[netip.Addr]*peer // those with a session, or with something taken of their rate
	admitted int64
	second   int64 // the second that the last was admitted in
	inSecond int64 // how many were in it
	peak     int64 // the most in one second
}

// peer is what the clients of one address have.
type peer struct {
	sessions int
	rate     Bucket
}

// NewGate returns a gate that counts in counts whom it refuses.
func NewGate(rules Admission, counts *Counts) *Gate {
	return &Gate{rules: rules, counts: counts, peers: make(map[netip.Addr]*peer)}
}

// Admit decides on a handshake. release must be called, once, when its session
// has ended or none came of it. The error is one line for the client.
func (g *Gate) Admit(r *http.Request) (release func(), err error) {
	var addr netip.Addr
	if g.rules.perIP() {
		addr = group(g.rules.Proxies.Client(r))
	}
	if cause, err := g.admit(addr, Now()); err != nil {
		if g.counts.Add(cause) {
			g.counts.Log(cause, "address", g.rules.Proxies.Client(r).String())
		}
		return nil, err
	}
	if !g.rules.perIP() {
		return g.leave, nil
	}
	return func() { g.leaveFrom(addr) }, nil
}

// admit enters a session. Who has too much of its own takes nothing of what is
// there for all.
func (g *Gate) admit(addr netip.Addr, now int64) (Cause, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.peers[addr]
	if p == nil {
		p = new(peer)
	}
	switch a := &g.rules; {
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
	if g.rules.perIP() {
		p.sessions++
		g.peers[addr] = p
		g.sweepLocked(now)
	}
	return 0, nil
}

// noteLocked counts an admission.
func (g *Gate) noteLocked(now int64) {
	g.admitted++
	if second := now / 1e9; second != g.second {
		g.second, g.inSecond = second, 0
	}
	g.inSecond++
	g.peak = max(g.peak, g.inSecond)
}

// sweepLocked forgets peers that have nothing, a few for each that comes: the
// table stays as large as what is going on.
func (g *Gate) sweepLocked(now int64) {
	looked := 0
	for addr, p := range g.peers { // begins at random
		if p.sessions == 0 && p.rate.Full(now) {
			delete(g.peers, addr)
		}
		if looked++; looked == 4 {
			return
		}
	}
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}

func (g *Gate) leaveFrom(addr netip.Addr) {
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
