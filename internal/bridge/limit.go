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

// budget is what a connection has used of its rates. It is owned by the goroutine
// that receives.
type budget struct {
	events, others, bytes limit.Bucket
	size                  int // of the messages of the packet that is being received
}

// newBudget returns the budget of a connection, nil if nothing bounds it.
func (b *Bridge) newBudget() *budget {
	if !b.limits.Events.Limited() && !b.limits.Bytes.Limited() {
		return nil
	}
	return new(budget)
}

// withinRates charges the connection for a complete packet, and reports whether
// its rates allow it. If not, the caller drops the packet, and the session is
// aborted, unless the limits are set to drop events. A packet that is no event
// always aborts it: its sender would wait for the effect.
func (c *conn) withinRates(p *codec.Packet) bool {
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

// countEnd counts a session that a limit has ended.
func (c *conn) countEnd(reason engine.Reason) {
	switch reason {
	case engine.SlowConsumer:
		c.countRefusal(limit.SlowConsumers)
	case engine.RateExceeded:
		c.countRefusal(limit.EventsClosed)
	}
}

var tooManyNamespaces = &Refusal{Code: "too_many_namespaces", Message: "too many namespaces: leave one first"}

// withinNamespaces reports whether the client may be in one more namespace. If
// not, it is sent a CONNECT_ERROR.
func (c *conn) withinNamespaces(namespace string) bool {
	if most := c.b.limits.Namespaces; most <= 0 || c.state.joinedCount() < most {
		return true
	}
	c.countRefusal(limit.Namespaces)
	c.session.Send(c.connectError(namespace, tooManyNamespaces)...)
	return false
}
