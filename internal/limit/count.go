package limit

import (
	"iter"
	"log/slog"
	"sync/atomic"
	"time"
)

// Cause is the limit that something was refused for.
type Cause uint8

// The causes, mostly named after the flags that set the limits.
const (
	Sessions Cause = iota
	SessionsPerIP
	HandshakeRate
	HandshakeRatePerIP
	EventsClosed  // sessions closed over -event-rate or -byte-rate
	EventsDropped // events dropped over them
	Namespaces
	SlowConsumers
	IdleConnections
	Descriptors
	causes
)

var causeTexts = [causes]struct{ name, message string }{
	Sessions:           {"max-sessions", "handshake refused: as many sessions are open as -max-sessions allows"},
	SessionsPerIP:      {"max-sessions-per-ip", "handshake refused: the address has as many sessions as -max-sessions-per-ip allows; behind a proxy set -trusted-proxies"},
	HandshakeRate:      {"handshake-rate", "handshake refused: more come than -handshake-rate allows"},
	HandshakeRatePerIP: {"handshake-rate-per-ip", "handshake refused: more come from the address than -handshake-rate-per-ip allows; behind a proxy set -trusted-proxies"},
	EventsClosed:       {"rate-closed", "session closed: it sent more than -event-rate or -byte-rate allows"},
	EventsDropped:      {"rate-dropped", "event dropped: its session sends more than -event-rate or -byte-rate allows"},
	Namespaces:         {"max-namespaces", "namespace refused: the client is in as many as -max-namespaces allows"},
	SlowConsumers:      {"slow-consumer", "session closed: its client does not read what it is sent (-queue-bytes, -queue-packets, -write-timeout)"},
	IdleConnections:    {"max-idle-connections", "connection closed: more wait for a request than -max-idle-connections allows"},
	Descriptors:        {"descriptors", "connection refused: all file descriptors are used; raise the limit (ulimit -n, LimitNOFILE=) or set -max-sessions"},
}

// String returns a short name, for a metric.
func (c Cause) String() string { return causeTexts[c].name }

// logEvery is the time between two log lines of one cause, so that an attack does
// not fill the disk.
const logEvery = 10 * time.Second

// Counts counts what was refused, by cause. It is safe for concurrent use.
type Counts struct {
	log  *slog.Logger
	each [causes]struct {
		count atomic.Int64
		log   Bucket
	}
}

// NewCounts returns Counts that log to log.
func NewCounts(log *slog.Logger) *Counts { return &Counts{log: log} }

// lineRate refills the bucket of a cause in logEvery; each log line takes all of
// it.
var lineRate = Rate{PerSecond: 1, Burst: int(logEvery / time.Second)}

// Add counts one refusal. It reports whether the caller should log it, with Log:
// true for the first, and then at most once in ten seconds.
func (c *Counts) Add(cause Cause) bool {
	e := &c.each[cause]
	e.count.Add(1)
	return e.log.Take(lineRate, lineRate.Burst, Now())
}

// Log logs what was refused and how often so far. args are those of slog.
func (c *Counts) Log(cause Cause, args ...any) {
	c.log.Warn(causeTexts[cause].message, append([]any{"limit", cause.String(), "count", c.Of(cause)}, args...)...)
}

// LogTotals logs, for each limit that was reached, how often.
func (c *Counts) LogTotals() {
	for cause, n := range c.All() {
		if n > 0 {
			c.log.Info("limit reached", "limit", cause.String(), "count", n)
		}
	}
}

// Of returns how often the limit was reached.
func (c *Counts) Of(cause Cause) int64 { return c.each[cause].count.Load() }

// All returns an iterator over every limit and how often it was reached.
func (c *Counts) All() iter.Seq2[Cause, int64] {
	return func(yield func(Cause, int64) bool) {
		for cause := range causes {
			if !yield(cause, c.Of(cause)) {
				return
			}
		}
	}
}
