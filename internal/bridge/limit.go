package bridge

import (
	"signaling/internal/codec"
	"signaling/internal/engine"
	"signaling/internal/limit"
)

// ClientLimits bound what one client may do. Zero fields are no limit.
type ClientLimits struct {
	Events     limit.Rate // events; and apart from them, packets of other types
	Bytes      limit.Rate // of everything in messages
	Drop       bool       // drop an event over a rate, instead of closing its session
	Namespaces int        // that a client may be in at the same time
	Proxies    limit.Proxies
	Counts     *limit.Counts
}

// Limit sets what each client may do. It must be called before requests are
// served.
func (b *Bridge) Limit(l ClientLimits) { b.limits = l }

// budget is what a connection has taken of its rates. The goroutine that
// receives owns it.
type budget struct {
	events, others, bytes limit.Bucket
	size                  int // of the messages of the packet that is being received
}

// newBudget returns the budget of a connection, nil when nothing bounds it.
func (b *Bridge) newBudget() *budget {
	if !b.limits.Events.Limited() && !b.limits.Bytes.Limited() {
		return nil
	}
	return new(budget)
}

// affords charges the connection for a packet that is complete. It reports
// false when that was too much: then the packet is to be dropped, and the
// session is closed unless events over the rate are only dropped. What is no
// event is never dropped, for its sender waits for what it brings about.
func (c *conn) affords(p *codec.Packet) bool {
	if c.budget == nil {
		return true
	}
	l, now := &c.b.limits, limit.Now()
	isEvent := p.Type == codec.Event || p.Type == codec.BinaryEvent
	bucket := &c.budget.others
	if isEvent {
		bucket = &c.budget.events
	}
	size := c.budget.size
	c.budget.size = 0
	if bucket.Take(l.Events, 1, now) && c.budget.bytes.Take(l.Bytes, size, now) {
		return true
	}
	if l.Drop && isEvent {
		c.countRefusal(limit.EventsDropped)
	} else {
		c.session.Abort(engine.RateExceeded)
	}
	return false
}

// countRefusal counts what a limit has refused to the connection.
func (c *conn) countRefusal(cause limit.Cause) {
	if n := c.b.limits.Counts; n != nil && n.Add(cause) {
		n.Log(cause, "session", c.session.ID(), "address", c.b.limits.Proxies.Client(c.session.Request()).String())
	}
}

// countEnd counts the sessions that a limit has ended.
func (c *conn) countEnd(reason engine.Reason) {
	switch reason {
	case engine.SlowConsumer:
		c.countRefusal(limit.SlowConsumers)
	case engine.RateExceeded:
		c.countRefusal(limit.EventsClosed)
	}
}

var tooManyNamespaces = &Refusal{Code: "too_many_namespaces", Message: "too many namespaces: leave one first"}

// mayJoin tells whether the client may be in one more namespace. If not, it is
// told so.
func (c *conn) mayJoin(namespace string) bool {
	c.mu.Lock()
	full := c.b.limits.Namespaces > 0 && len(c.memberships) >= c.b.limits.Namespaces
	c.mu.Unlock()
	if !full {
		return true
	}
	c.countRefusal(limit.Namespaces)
	c.session.Send(c.connectError(namespace, tooManyNamespaces)...)
	return false
}
