package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// option is one setting: a flag, its environment variable, and its row of the
// table in the README.
type option struct {
	name  string // of the flag
	arg   string // name of the value in the text of -h
	value string // default
	help  string
	set   func(*Config, string) error // checks the value; its error says how to fix it
}

var options = slices.Concat(basicOptions, limitOptions)

var basicOptions = []option{
	{"addr", "HOST:PORT", ":8181", "address to listen on; port 0 chooses a free one",
		func(c *Config, s string) error { return parseAddr(&c.Addr, s) }},
	{"public", "DIR", "", "folder to serve instead of the embedded pages",
		func(c *Config, s string) error { c.Public = s; return nil }},
	{"path", "PATH", "/socket.io", "path of the Socket.IO endpoint",
		func(c *Config, s string) error { return parsePath(&c.Path, s) }},
	{"origins", "LIST", "*", "origins that may connect, comma-separated: * for any, https://example.org, https://*.example.org",
		func(c *Config, s string) error { return parseOrigins(&c.Origins, s) }},
	{"auth", "MODE", "none", "what clients need to connect: none for nothing, token for a shared token, jwt for a signed token",
		func(c *Config, s string) error { return parseAuth(&c.Auth, s) }},
	{"auth-key", "FILE", "", "file with the shared tokens, the key of HS256, or the public keys of RS256 or ES256 in PEM",
		func(c *Config, s string) error { c.AuthKey = s; return nil }},
	{"auth-secret", "SECRET", "", "the token or key itself, instead of a file; set the variable, because other users of the machine can see flags",
		func(c *Config, s string) error { c.AuthSecret = s; return nil }},
	{"auth-audience", "NAME", "", "audience that a JWT must name",
		func(c *Config, s string) error { c.AuthAudience = s; return nil }},
	{"auth-leeway", "DURATION", "30s", "difference between clocks that is allowed for the times in a JWT",
		func(c *Config, s string) error { return parseDuration(&c.AuthLeeway, s) }},
	{"ping-interval", "DURATION", "25s", "time between heartbeats",
		func(c *Config, s string) error { return parseDuration(&c.PingInterval, s) }},
	{"ping-timeout", "DURATION", "20s", "time in which a client must answer a heartbeat",
		func(c *Config, s string) error { return parseDuration(&c.PingTimeout, s) }},
	{"max-payload", "BYTES", "1000000", "largest HTTP body or WebSocket message that a client may send",
		func(c *Config, s string) error { return parseBytes(&c.MaxPayload, s) }},
	{"connect-timeout", "DURATION", "45s", "time in which a client must join its first namespace",
		func(c *Config, s string) error { return parseDuration(&c.ConnectTimeout, s) }},
	{"transports", "LIST", "polling,websocket", "transports to offer, comma-separated",
		func(c *Config, s string) error { return parseTransports(&c.Transports, s) }},
	{"room-peers", "NUMBER", "100", "most clients in one room",
		func(c *Config, s string) error { return parseNumber(&c.RoomPeers, s, 1, maxCount) }},
	{"client-rooms", "NUMBER", "16", "most rooms that one client may be in",
		func(c *Config, s string) error { return parseNumber(&c.ClientRooms, s, 1, maxCount) }},
	{"name-length", "NUMBER", "128", "most characters in the name of a room or of a client",
		func(c *Config, s string) error { return parseNumber(&c.NameLength, s, 1, maxCount) }},
	{"stun", "LIST", "", "STUN servers to list in /ice.json, comma-separated: stun:stun.example.org:3478",
		func(c *Config, s string) error { return parseICE(&c.STUN, s, stunURL) }},
	{"turn", "LIST", "", "TURN servers to list in /ice.json, comma-separated: turn:turn.example.org, turns:turn.example.org?transport=tcp",
		func(c *Config, s string) error { return parseICE(&c.TURN, s, turnURL) }},
	{"turn-secret", "SECRET", "", "secret shared with the TURN servers (coturn: use-auth-secret, static-auth-secret)",
		func(c *Config, s string) error { c.TURNSecret = s; return nil }},
	{"turn-ttl", "DURATION", "24h", "time for which credentials for the TURN servers are valid",
		func(c *Config, s string) error { return parseDuration(&c.TURNTTL, s) }},
	{"recovery", "DURATION", "0s", "time in which a client that lost its connection can resume its session and get what it missed, if it is in no room; 0s: never",
		func(c *Config, s string) error { return parseRecovery(&c.Recovery, s) }},
	{"compression", "BYTES", "0", "size from which WebSocket messages are compressed, for clients that support it; 0: never",
		func(c *Config, s string) error { return parseCompression(&c.Compression, s) }},
	{"parser", "FORMAT", "json", "format of the packets, which all clients must use: json, or msgpack for socket.io-msgpack-parser",
		func(c *Config, s string) error { return parsePackets(&c.Parser, s) }},
	{"debug-addr", "HOST:PORT", "", "address for runtime figures and profiles, which must be on this machine",
		func(c *Config, s string) error { return parseDebugAddr(&c.DebugAddr, s) }},
	{"log-level", "LEVEL", "info", "lowest level to log: debug, info, warn or error",
		func(c *Config, s string) error { return parseLevel(&c.LogLevel, s) }},
	{"log-format", "FORMAT", "text", "format of the log lines: text or json",
		func(c *Config, s string) error { return parseFormat(&c.LogFormat, s) }},
}

// env returns the name of the option's environment variable:
// SIGNALING_PING_INTERVAL for ping-interval.
func (o option) env() string {
	return "SIGNALING_" + strings.ToUpper(strings.ReplaceAll(o.name, "-", "_"))
}

func parseAddr(to *string, s string) error {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("write it as host:port, such as :8181 or 127.0.0.1:8181")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errors.New("the port must be a number from 0 to 65535")
	}
	*to = s
	return nil
}

func parseDebugAddr(to *string, s string) error {
	if s == "" {
		*to = ""
		return nil
	}
	var addr string
	if err := parseAddr(&addr, s); err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(addr) // parseAddr has done the same
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("must be an address that only this machine reaches, such as 127.0.0.1:6060: profiles are not for the public")
	}
	*to = addr
	return nil
}

// endpointPath has no characters that a URL would escape, so that there is only one
// spelling of the path.
var endpointPath = regexp.MustCompile(`^(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?$`)

func parsePath(to *string, s string) error {
	if !endpointPath.MatchString(s) {
		return errors.New("write it as /name or /name/name with letters, digits, '.', '_', '~' and '-'")
	}
	*to = strings.TrimSuffix(s, "/")
	return nil
}

// maxDuration keeps a browser's timer, which has 31 bits of milliseconds, from
// overflowing when the client adds interval and timeout.
const maxDuration = 24 * time.Hour

func parseDuration(to *time.Duration, s string) error {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return errors.New("write a duration with its unit, such as 25s, 300ms or 1m30s")
	case d < time.Millisecond || d > maxDuration:
		return errors.New("must be from 1ms to 24h")
	case d%time.Millisecond != 0:
		return errors.New("must be a whole number of milliseconds")
	}
	*to = d
	return nil
}

// parseRecovery is parseDuration, but accepts 0.
func parseRecovery(to *time.Duration, s string) error {
	if d, err := time.ParseDuration(s); err == nil && d == 0 {
		*to = 0
		return nil
	}
	if err := parseDuration(to, s); err != nil {
		return fmt.Errorf("%w, or 0s for none", err)
	}
	return nil
}

// maxBytes is the most for -max-payload: the server may have to hold that much for
// one client.
const maxBytes = 1 << 30

func parseBytes(to *int64, s string) error {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > maxBytes {
		return fmt.Errorf("must be a number of bytes from 1 to %d", maxBytes)
	}
	*to = n
	return nil
}

// maxCount is the most for the limits of rooms; beyond it they limit nothing.
const maxCount = 1 << 20

func parseCompression(to *int, s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > maxBytes {
		return fmt.Errorf("must be a number of bytes from 0 to %d, such as 1024", maxBytes)
	}
	*to = n
	return nil
}

// iceURL is the form of a URL of STUN or TURN servers.
type iceURL struct {
	pattern *regexp.Regexp
	example string
}

// The forms of RFC 7064 and RFC 7065. The host is a name, an IPv4 address, or an
// IPv6 address in brackets.
var (
	stunURL = iceURL{regexp.MustCompile(`^stuns?:` + iceHost + `$`), "stun:stun.example.org:3478"}
	turnURL = iceURL{regexp.MustCompile(`^turns?:` + iceHost + `(\?transport=(udp|tcp))?$`), "turn:turn.example.org:3478?transport=udp"}
)

const iceHost = `([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?`

func parseICE(to *[]string, s string, kind iceURL) error {
	if s == "" {
		return nil
	}
	for _, u := range strings.Split(s, ",") {
		if u = strings.TrimSpace(u); !kind.pattern.MatchString(u) {
			return fmt.Errorf("write comma-separated URLs such as %s", kind.example)
		}
		*to = append(*to, u)
	}
	return nil
}

func parsePackets(to *PacketFormat, s string) error {
	switch f := PacketFormat(strings.ToLower(s)); f {
	case JSONPackets, MsgpackPackets:
		*to = f
		return nil
	default:
		return errors.New("choose one of json and msgpack")
	}
}

func parseTransports(to *[]string, s string) error {
	var list []string
	for _, name := range strings.Split(s, ",") {
		name = strings.TrimSpace(name)
		if name != Polling && name != WebSocket {
			return errors.New("choose from polling and websocket, comma-separated")
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	*to = list
	return nil
}

func parseAuth(to *string, s string) error {
	switch s {
	case "none", "token", "jwt":
		*to = s
		return nil
	}
	return errors.New("choose one of none, token and jwt")
}

func parseLevel(to *slog.Level, s string) error {
	levels := map[string]slog.Level{
		"debug": slog.LevelDebug,
		"info":  slog.LevelInfo,
		"warn":  slog.LevelWarn,
		"error": slog.LevelError,
	}
	level, ok := levels[strings.ToLower(s)]
	if !ok {
		return errors.New("choose one of debug, info, warn and error")
	}
	*to = level
	return nil
}

func parseFormat(to *LogFormat, s string) error {
	switch f := LogFormat(strings.ToLower(s)); f {
	case Text, JSON:
		*to = f
		return nil
	default:
		return errors.New("choose one of text and json")
	}
}
