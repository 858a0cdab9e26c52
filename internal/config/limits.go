package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"signaling/internal/limit"
)

// Limits is what clients may ask for. A number, rate or duration of 0 is no limit.
type Limits struct {
	QueueBytes   int // of one session's unsent packets
	QueuePackets int // likewise

	Timeouts           limit.Timeouts // of requests; Write is for a session's packets, too
	HeaderBytes        int            // of a request's header
	MaxIdleConnections int            // that wait for a request

	MaxSessions        int
	MaxSessionsPerIP   int
	HandshakeRate      limit.Rate
	HandshakeRatePerIP limit.Rate
	TrustedProxies     limit.Proxies

	EventRate     limit.Rate // of a session
	ByteRate      limit.Rate // of a session
	DropOverRate  bool       // drop events over the rate, instead of closing the session
	MaxNamespaces int        // of a client
}

var limitOptions = []option{
	{"preset", "NAME", "none", "defaults for other flags: none, or internet for a server that anybody can reach",
		func(c *Config, s string) error { return nil }}, // Parse has read it before
	{"queue-bytes", "BYTES", "4194304", "bytes that may wait for a client that does not read; then it is closed as a slow consumer",
		func(c *Config, s string) error { return parseNumber(&c.Limits.QueueBytes, s, 1, math.MaxInt32) }},
	{"queue-packets", "N", "4096", "packets that may wait for it, likewise",
		func(c *Config, s string) error { return parseNumber(&c.Limits.QueuePackets, s, 1, math.MaxInt32) }},
	{"write-timeout", "DURATION", "20s", "time that a client may take nothing of what it is sent",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Write, s) }},
	{"header-timeout", "DURATION", "20s", "time for a request's header to come in",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Header, s) }},
	{"header-bytes", "BYTES", "16384", "size of a request's header",
		func(c *Config, s string) error {
			return parseNumber(&c.Limits.HeaderBytes, s, minHeaderBytes, math.MaxInt32)
		}},
	{"body-timeout", "DURATION", "5m", "time for a request's body to come in; its size is -max-payload",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Body, s) }},
	{"idle-timeout", "DURATION", "1m", "time that an HTTP connection may wait for its next request",
		func(c *Config, s string) error { return parseDuration(&c.Limits.Timeouts.Idle, s) }},
	{"max-idle-connections", "N", "0", "HTTP connections that may wait for a request; then the one that has waited longest is closed; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxIdleConnections, s, 0, math.MaxInt32) }},
	{"max-sessions", "N", "0", "sessions that may be open; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxSessions, s, 0, math.MaxInt32) }},
	{"max-sessions-per-ip", "N", "0", "sessions of one address, or one /64 of IPv6, that may be open; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxSessionsPerIP, s, 0, math.MaxInt32) }},
	{"handshake-rate", "RATE[:BURST]", "0", "handshakes a second, and at once; over it clients get 503 and come back; 0 for no limit",
		func(c *Config, s string) error { return parseRate(&c.Limits.HandshakeRate, s) }},
	{"handshake-rate-per-ip", "RATE[:BURST]", "0", "handshakes a second of one address, likewise",
		func(c *Config, s string) error { return parseRate(&c.Limits.HandshakeRatePerIP, s) }},
	{"trusted-proxies", "LIST", "", "networks of proxies whose X-Forwarded-For is believed, comma-separated: 127.0.0.1,10.0.0.0/8",
		func(c *Config, s string) error { return parseProxies(&c.Limits.TrustedProxies, s) }},
	{"event-rate", "RATE[:BURST]", "0", "events a second, and at once, from one session; 0 for no limit",
		func(c *Config, s string) error { return parseRate(&c.Limits.EventRate, s) }},
	{"byte-rate", "RATE[:BURST]", "0", "bytes a second, and at once, in one session's messages; 0 for no limit",
		func(c *Config, s string) error { return parseRate(&c.Limits.ByteRate, s) }},
	{"over-rate", "ACTION", "close", "what happens over -event-rate or -byte-rate: close, the session is closed, or drop, the event is dropped",
		func(c *Config, s string) error { return parseOverRate(&c.Limits.DropOverRate, s) }},
	{"max-namespaces", "N", "0", "namespaces that one client may be in; 0 for no limit",
		func(c *Config, s string) error { return parseNumber(&c.Limits.MaxNamespaces, s, 0, math.MaxInt32) }},
	{"drain", "DURATION", "0s", "time over which SIGTERM closes the sessions, one after the other; 0s for at once",
		func(c *Config, s string) error { return parseDrain(&c.Drain, s) }},
}

// internet is what -preset internet makes of the defaults.
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

// presets are the sets of defaults that -preset can choose.
var presets = map[string]map[string]string{"none": nil, "internet": internet}

// minHeaderBytes is about what a browser sends without any cookies.
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
