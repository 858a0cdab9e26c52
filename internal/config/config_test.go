package config

import (
	"bytes"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
)

// environment returns a getenv that has the given variables.
func environment(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestParseDefaults(t *testing.T) {
	got, err := Parse(nil, environment(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr:           ":8181",
		Path:           "/socket.io",
		Origins:        Origins{any: true},
		Auth:           "none",
		AuthLeeway:     30 * time.Second,
		PingInterval:   25 * time.Second,
		PingTimeout:    20 * time.Second,
		MaxPayload:     1000000,
		ConnectTimeout: 45 * time.Second,
		Transports:     []string{Polling, WebSocket},
		Parser:         JSONPackets,
		Limits:         defaultLimits,
		LogLevel:       slog.LevelInfo,
		LogFormat:      Text,
		RoomPeers:      100,
		ClientRooms:    16,
		NameLength:     128,
		TURNTTL:        24 * time.Hour,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// settings gives every option a value that differs from its default and from
// the others, to show where each ends up.
var settings = map[string]string{
	"addr":            "127.0.0.1:0",
	"public":          "some dir",
	"path":            "/a/b.c/",
	"origins":         "https://example.org",
	"auth":            "jwt",
	"auth-key":        "some/key.pem",
	"auth-secret":     "a secret",
	"auth-audience":   "somebody",
	"auth-leeway":     "4s",
	"ping-interval":   "1m30s",
	"ping-timeout":    "1500ms",
	"max-payload":     "77",
	"connect-timeout": "3s",
	"transports":      "websocket",
	"recovery":        "2m",
	"compression":     "1024",
	"parser":          "MSGPACK",
	"debug-addr":      "127.0.0.1:1",
	"log-level":       "WARN",
	"log-format":      "json",
	"room-peers":      "5",
	"client-rooms":    "6",
	"name-length":     "7",
	"stun":            "stun:192.0.2.1, stuns:stun.example.org:5349",
	"turn":            "turn:[2001:db8::1]:3478?transport=udp",
	"turn-secret":     "north",
	"turn-ttl":        "10m",
}

var settingsParsed = Config{
	Addr:           "127.0.0.1:0",
	Public:         "some dir",
	Path:           "/a/b.c",
	Origins:        Origins{exact: []string{"https://example.org"}},
	Auth:           "jwt",
	AuthKey:        "some/key.pem",
	AuthSecret:     "a secret",
	AuthAudience:   "somebody",
	AuthLeeway:     4 * time.Second,
	PingInterval:   90 * time.Second,
	PingTimeout:    1500 * time.Millisecond,
	MaxPayload:     77,
	ConnectTimeout: 3 * time.Second,
	Transports:     []string{WebSocket},
	Recovery:       2 * time.Minute,
	Compression:    1024,
	Parser:         MsgpackPackets,
	DebugAddr:      "127.0.0.1:1",
	LogLevel:       slog.LevelWarn,
	LogFormat:      JSON,
	RoomPeers:      5,
	ClientRooms:    6,
	NameLength:     7,
	STUN:           []string{"stun:192.0.2.1", "stuns:stun.example.org:5349"},
	TURN:           []string{"turn:[2001:db8::1]:3478?transport=udp"},
	TURNSecret:     "north",
	TURNTTL:        10 * time.Minute,
}

func TestEveryOptionAsFlagAndAsVariable(t *testing.T) {
	var args []string
	env := map[string]string{}
	for _, o := range options {
		if settings[o.name] == "" {
			t.Fatalf("this test has no value for -%s", o.name)
		}
		args = append(args, "-"+o.name, settings[o.name])
		env[o.env()] = settings[o.name]
	}
	for source, parse := range map[string]func() (Config, error){
		"flags":     func() (Config, error) { return Parse(args, environment(nil), nil) },
		"variables": func() (Config, error) { return Parse(nil, environment(env), nil) },
	} {
		got, err := parse()
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if !reflect.DeepEqual(got, settingsParsed) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", source, got, settingsParsed)
		}
	}
}

func TestPrecedence(t *testing.T) {
	env := map[string]string{"SIGNALING_ADDR": ":1", "SIGNALING_PUBLIC": "env", "SIGNALING_PATH": ""}
	got, err := Parse([]string{"--addr=:2", "-public", ""}, environment(env), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Addr != ":2" {
		t.Errorf("Addr is %q: a flag must win over its variable", got.Addr)
	}
	if got.Public != "" {
		t.Errorf("Public is %q: an empty flag must win over its variable", got.Public)
	}
	if got.Path != "/socket.io" {
		t.Errorf("Path is %q: an empty variable counts as unset", got.Path)
	}
}

func TestUsageErrors(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  map[string]string
		want string // the whole line
	}{
		{"unknown flag", []string{"-port", "80"}, nil,
			`flag provided but not defined: -port; run "signaling -h" for the flags`},
		{"line break in a flag's name", []string{"-a\nb"}, nil,
			`flag provided but not defined: -a b; run "signaling -h" for the flags`},
		{"flag without its value", []string{"-addr"}, nil,
			`flag needs an argument: -addr; run "signaling -h" for the flags`},
		{"argument that is no flag", []string{"8181"}, nil,
			`unexpected argument "8181": settings are flags, such as -addr :8181`},
		{"address without colon", []string{"-addr", "8181"}, nil,
			`-addr "8181": write it as host:port, such as :8181 or 127.0.0.1:8181`},
		{"port out of range", []string{"-addr", ":65536"}, nil,
			`-addr ":65536": the port must be a number from 0 to 65535`},
		{"named port", []string{"-addr", ":http"}, nil,
			`-addr ":http": the port must be a number from 0 to 65535`},
		{"bad variable is named as such", nil, map[string]string{"SIGNALING_ADDR": "x"},
			`SIGNALING_ADDR "x": write it as host:port, such as :8181 or 127.0.0.1:8181`},
		{"recovery without a unit", []string{"-recovery", "120"}, nil,
			`-recovery "120": write a duration with its unit, such as 25s, 300ms or 1m30s, or 0s for none`},
		{"compression of less than nothing", []string{"-compression", "-1"}, nil,
			`-compression "-1": must be a number of bytes from 0 to 1073741824, such as 1024`},
		{"compression that is no number", []string{"-compression", "on"}, nil,
			`-compression "on": must be a number of bytes from 0 to 1073741824, such as 1024`},
		{"a parser that is unknown", []string{"-parser", "xml"}, nil,
			`-parser "xml": choose one of json and msgpack`},
		{"figures for everybody", []string{"-debug-addr", ":6060"}, nil,
			`-debug-addr ":6060": must be an address that only this machine reaches, such as 127.0.0.1:6060: profiles are not for the public`},
		{"path without slash", []string{"-path", "socket.io"}, nil,
			`-path "socket.io": write it as /name or /name/name with letters, digits, '.', '_', '~' and '-'`},
		{"path that would hide the page", []string{"-path", "/"}, nil,
			`-path "/": write it as /name or /name/name with letters, digits, '.', '_', '~' and '-'`},
		{"path that climbs", []string{"-path", "/a/../b"}, nil,
			`-path "/a/../b": write it as /name or /name/name with letters, digits, '.', '_', '~' and '-'`},
		{"origin with a trailing slash", []string{"-origins", "https://a.org,https://b.org/"}, nil,
			`-origins "https://a.org,https://b.org/": "https://b.org/" is not an origin: write *, https://example.org or https://*.example.org, without path`},
		{"duration without unit", []string{"-ping-interval", "25"}, nil,
			`-ping-interval "25": write a duration with its unit, such as 25s, 300ms or 1m30s`},
		{"no duration at all", nil, map[string]string{"SIGNALING_PING_TIMEOUT": "0s"},
			`SIGNALING_PING_TIMEOUT "0s": must be from 1ms to 24h`},
		{"negative duration", []string{"-connect-timeout", "-3s"}, nil,
			`-connect-timeout "-3s": must be from 1ms to 24h`},
		{"duration too long for a browser's timer", []string{"-ping-interval", "25h"}, nil,
			`-ping-interval "25h": must be from 1ms to 24h`},
		{"duration that the wire cannot carry", []string{"-ping-interval", "1500us"}, nil,
			`-ping-interval "1500us": must be a whole number of milliseconds`},
		{"size with a unit", []string{"-max-payload", "1MB"}, nil,
			`-max-payload "1MB": must be a number of bytes from 1 to 1073741824`},
		{"size of nothing", []string{"-max-payload", "0"}, nil,
			`-max-payload "0": must be a number of bytes from 1 to 1073741824`},
		{"unknown transport", []string{"-transports", "polling,webtransport"}, nil,
			`-transports "polling,webtransport": choose from polling and websocket, comma-separated`},
		{"no transport", []string{"-transports", ""}, nil,
			`-transports "": choose from polling and websocket, comma-separated`},
		{"limit of nothing", []string{"-room-peers", "0"}, nil,
			`-room-peers "0": must be a number from 1 to 1048576`},
		{"limit that is no number", nil, map[string]string{"SIGNALING_CLIENT_ROOMS": "many"},
			`SIGNALING_CLIENT_ROOMS "many": must be a number from 1 to 1048576`},
		{"limit without end", []string{"-name-length", "1048577"}, nil,
			`-name-length "1048577": must be a number from 1 to 1048576`},
		{"TURN server among the STUN servers", []string{"-stun", "stun:a.org,turn:b.org"}, nil,
			`-stun "stun:a.org,turn:b.org": write comma-separated URLs such as stun:stun.example.org:3478`},
		{"STUN server with a transport", []string{"-stun", "stun:a.org?transport=udp"}, nil,
			`-stun "stun:a.org?transport=udp": write comma-separated URLs such as stun:stun.example.org:3478`},
		{"TURN server that is a host only", []string{"-turn", "turn.example.org"}, nil,
			`-turn "turn.example.org": write comma-separated URLs such as turn:turn.example.org:3478?transport=udp`},
		{"TURN server as a web page", []string{"-turn", "turn://turn.example.org"}, nil,
			`-turn "turn://turn.example.org": write comma-separated URLs such as turn:turn.example.org:3478?transport=udp`},
		{"TURN server with an unknown transport", []string{"-turn", "turn:a.org?transport=sctp"}, nil,
			`-turn "turn:a.org?transport=sctp": write comma-separated URLs such as turn:turn.example.org:3478?transport=udp`},
		{"TURN servers without their secret", []string{"-turn", "turn:a.org"}, nil,
			`-turn needs -turn-secret: the secret that the TURN server has as its static-auth-secret`},
		{"secret without TURN servers", []string{"-turn-secret", "north"}, nil,
			`-turn-secret needs -turn: the URLs of the TURN servers that have it, such as turn:turn.example.org`},
		{"unknown level", []string{"-log-level", "trace"}, nil,
			`-log-level "trace": choose one of debug, info, warn and error`},
		{"unknown format", []string{"-log-format", "xml"}, nil,
			`-log-format "xml": choose one of text and json`},
		{"line break in a value", []string{"-log-format", "a\nb"}, nil,
			`-log-format "a\nb": choose one of text and json`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			_, err := Parse(tt.args, environment(tt.env), &out)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if ExitCode(err) != 2 {
				t.Errorf("exit code %d, want 2", ExitCode(err))
			}
			if out.Len() > 0 {
				t.Errorf("printed %q to standard output", out.String())
			}
		})
	}
}

func TestTransportsKeepTheirOrderWithoutDuplicates(t *testing.T) {
	got, err := Parse([]string{"-transports", "websocket, polling,websocket"}, environment(nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{WebSocket, Polling}; !reflect.DeepEqual(got.Transports, want) {
		t.Errorf("got %q, want %q", got.Transports, want)
	}
}

func TestHelpAndVersionPrintAndEnd(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"-h", []string{"-h"}, Help()},
		{"-help", []string{"-help"}, Help()},
		{"-version", []string{"-version"}, "signaling " + Version() + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			_, err := Parse(tt.args, environment(nil), &out)
			if !errors.Is(err, ErrShown) || ExitCode(err) != 0 {
				t.Errorf("error %v with exit code %d, want ErrShown with 0", err, ExitCode(err))
			}
			if out.String() != tt.want {
				t.Errorf("printed %q, want %q", out.String(), tt.want)
			}
		})
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestHelpThatCannotBePrintedIsARuntimeError(t *testing.T) {
	_, err := Parse([]string{"-h"}, environment(nil), brokenWriter{})
	if err == nil || ExitCode(err) != 1 {
		t.Errorf("error %v with exit code %d, want one with 1", err, ExitCode(err))
	}
}

func TestLoggerHonoursLevelAndFormat(t *testing.T) {
	var out bytes.Buffer
	log := Config{LogLevel: slog.LevelWarn, LogFormat: JSON}.Logger(&out)
	log.Info("too low")
	log.Warn("high enough")
	if got := out.String(); strings.Contains(got, "too low") || !strings.Contains(got, `"msg":"high enough"`) {
		t.Errorf("json at warn logged %q", got)
	}

	out.Reset()
	Config{LogFormat: Text}.Logger(&out).Info("plain")
	if !strings.Contains(out.String(), "msg=plain") {
		t.Errorf("text logged %q", out.String())
	}
}
