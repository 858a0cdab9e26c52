package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"signaling/internal/limit"
)

// Limits are the limits on what clients may take. A number or rate of 0 is no
// limit.
type Limits struct {
	QueueBytes   int // of the packets that wait for one client
	QueuePackets int

	Timeouts           limit.Timeouts // Write is for a session's packets, too
	HeaderBytes        int            // of a request
	MaxIdleConnections int            // HTTP connections that wait for a request

	MaxSessions        int
	MaxSessionsPerIP   int
	HandshakeRate      limit.Rate
	HandshakeRatePerIP limit.Rate
	TrustedProxies     limit.Proxies

	EventRate     limit.Rate // per session
	ByteRate      limit.Rate // per session
	DropOverRate  bool       // drop events beyond the rate instead of closing the session
	MaxNamespaces int        // per client
}

var limitOptions = []option{
	{"preset", "NAME", "none", "defaults for other flags: none, or internet for a public server",
		func(c *Config, s string) error { return nil }}, // choosePreset has read it
	{"queue-bytes", "BYTES", "4194304", "bytes that may wait for a client that does not read; beyond that its session is closed as a slow consumer",
		func(c *Config, s string) error { return parseNumber(&c.Limits.QueueBytes, s, 1, math.MaxInt32) }},
	{"queue-packets", "N", "4096", "packets that may wait for a client, likewise",
		func(c *Config, s string) error { return parseNumber(&c.Limits.QueuePackets, s, 1, math.MaxInt32) }},
	{"write-timeout", "DURATION", "20s", "time in which a client must read some of what it is sent",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Write, s) }},
	{"header-timeout", "DURATION", "20s", "time in which a request's header must arrive",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Header, s) }},
	{"header-bytes", "BYTES", "16384", "largest header of a request",
		func(c *Config, s string) error {
			return parseNumber(&c.Limits.HeaderBytes, s, minHeaderBytes, math.MaxInt32)
		}},
	{"body-timeout", "DURATION", "5m", "time in which a request's body must arrive; -max-payload limits its size",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Body, s) }},
	{"idle-timeout", "DURATION", "1m", "time that an HTTP connection may wait for its next request",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Idle, s) }},
	{"max-idle-connections", "N", "0", "HTTP connections that may wait for a request; beyond that the one that has waited longest is closed; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxIdleConnections, s, 0, math.MaxInt32) }},
	{"max-sessions", "N", "0", "sessions that may be open at once; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxSessions, s, 0, math.MaxInt32) }},
	{"max-sessions-per-ip", "N", "0", "sessions that may be open at once from one IPv4 address or IPv6 /64; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxSessionsPerIP, s, 0, math.MaxInt32) }},
	{"handshake-rate", "RATE[:BURST]", "0", "handshakes per second, and at once; beyond that clients get 503 and try again; 0 for no limit",
		func(c *Config, s string) error { return parseRate(&c.Limits.HandshakeRate, s) }},
	{"handshake-rate-per-ip", "RATE[:BURST]", "0", "handshakes per second from one address, likewise",
		func(c *Config, s string) error { return parseRate(&c.Limits.HandshakeRatePerIP, s) }},
	{"trusted-proxies", "LIST", "", "networks of proxies whose X-Forwarded-For is trusted, comma-separated: 127.0.0.1,10.0.0.0/8",
		func(c *Config, s string) error { return parseProxies(&c.Limits.TrustedProxies, s) }},
	{"event-rate", "RATE[:BURST]", "0", "events per second, and at once, from one session; 0 for no limit",
		func(c *Config, s string) error { return parseRate(&c.Limits.EventRate, s) }},
	{"byte-rate", "RATE[:BURST]", "0", "bytes per second, and at once, in one session's messages; 0 for no limit",
		func(c *Config, s string) error { return parseRate(&c.Limits.ByteRate, s) }},
	{"over-rate", "ACTION", "close", "what to do beyond -event-rate or -byte-rate: close the session, or drop the event",
		func(c *Config, s string) error { return parseOverRate(&c.Limits.DropOverRate, s) }},
	{"max-namespaces", "N", "0", "namespaces that one client may join; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxNamespaces, s, 0, math.MaxInt32) }},
	{"drain", "DURATION", "0s", "time over which the sessions are closed, one after the other, on SIGTERM; 0s for at once",
		func(c *Config, s string) error { return parseDrain(&c.Drain, s) }},
}

// internet has the defaults that -preset internet changes.
var internet = map[string]string{
	"header-timeout":        "10s",
	"body-timeout":          "30s",
	"idle-timeout":          "30s",
	"max-idle-connections":  "4096",
	"max-payload":           "100000",
	"queue-bytes":           "1048576",
	"queue-packets":         "1024",
	"max-sessions":          "20000",
	"max-sessions-per-ip":   "200",
	"handshake-rate":        "200:400",
	"handshake-rate-per-ip": "10:50",
	"event-rate":            "100:500",
	"byte-rate":             "250000:2000000",
	"max-namespaces":        "8",
	"drain":                 "5s",
}

// presets has the sets of defaults, by the names for -preset.
var presets = map[string]map[string]string{"none": nil, "internet": internet}

// minHeaderBytes is about the size of a browser's header without cookies.
const minHeaderBytes = 1024

func parseNumber(to *int, s string, least, most int) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return fmt.Errorf("must be a number from %d to %d", least, most)
	}
	*to = n
	return nil
}

func parseRate(to *limit.Rate, s string) (err error) {
	*to, err = limit.ParseRate(s)
	return err
}

func parseProxies(to *limit.Proxies, s string) (err error) {
	*to, err = limit.ParseProxies(s)
	return err
}

func parseOverRate(drop *bool, s string) error {
	switch s {
	case "close", "drop":
		*drop = s == "drop"
		return nil
	default:
		return errors.New("choose one of close and drop")
	}
}

func parseDrain(to *time.Duration, s string) error {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return errors.New("write a duration with its unit, such as 10s, or 0s")
	case d < 0 || d > maxDuration:
		return errors.New("must be from 0s to 24h")
	}
	*to = d
	return nil
}
