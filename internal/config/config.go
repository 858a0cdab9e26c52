package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
)

// Config is a complete, validated set of settings.
type Config struct {
	Addr           string        // host:port to listen on; port 0 lets the kernel choose
	Public         string        // folder to serve; empty for the embedded page
	Path           string        // path of the Socket.IO endpoint: leading slash, no trailing one
	Origins        Origins       // who may connect from another origin
	Auth           string        // kind of token that clients need: none, token or jwt
	AuthKey        string        // file with the tokens or keys
	AuthSecret     string        // the token or key itself, instead of the file
	AuthAudience   string        // audience that a JWT must name; empty: any
	AuthLeeway     time.Duration // allowed difference between clocks
	PingInterval   time.Duration // a whole number of milliseconds, as the wire carries it
	PingTimeout    time.Duration // a whole number of milliseconds
	MaxPayload     int64         // bytes a client may send in one HTTP body or WebSocket message
	ConnectTimeout time.Duration // for a client to join its first namespace
	Transports     []string      // Polling, WebSocket or both, no duplicates
	Recovery       time.Duration // for a lost client to resume its session; 0: it cannot
	Compression    int           // size in bytes from which WebSocket messages are compressed; 0: none are
	Parser         PacketFormat
	Limits         Limits
	Drain          time.Duration // over which shutdown closes the sessions
	DebugAddr      string        // loopback host:port for figures and profiles; empty: none
	LogLevel       slog.Level
	LogFormat      LogFormat

	RoomPeers   int // clients in one room
	ClientRooms int // rooms of one client
	NameLength  int // characters in the name of a room or of a client

	STUN       []string      // URLs of STUN servers, RFC 7064
	TURN       []string      // URLs of TURN servers, RFC 7065; not empty exactly if TURNSecret is
	TURNSecret string        // shared with the TURN servers
	TURNTTL    time.Duration // of credentials for them
}

// Names of the transports, as the transport query parameter spells them.
const (
	Polling   = "polling"
	WebSocket = "websocket"
)

// PacketFormat is the format of Socket.IO packets.
type PacketFormat string

// The packet formats: the protocol's own, and that of socket.io-msgpack-parser.
const (
	JSONPackets    PacketFormat = "json"
	MsgpackPackets PacketFormat = "msgpack"
)

// ErrShown is the error of Parse when it has printed the help or the version: the
// process should end with exit code 0.
var ErrShown = errors.New("help or version was printed")

// UsageError is an error of a setting: the program fails with it until the setting
// is changed. Its text is one line that names the flag or the environment
// variable and says how to fix it.
type UsageError struct {
	err error
}

func (e *UsageError) Error() string { return e.err.Error() }

func (e *UsageError) Unwrap() error { return e.err }

// Unusable returns err, which must not be nil, as a UsageError. It is for settings
// that Parse cannot check, such as a file that cannot be read.
func Unusable(err error) error { return &UsageError{err} }

// ExitCode returns the exit code of the process for an error: 0 for nil and
// ErrShown, 2 for a UsageError, 1 for any other.
func ExitCode(err error) int {
	var usage *UsageError
	switch {
	case err == nil, errors.Is(err, ErrShown):
		return 0
	case errors.As(err, &usage):
		return 2
	default:
		return 1
	}
}

// Parse reads the settings from args, which do not hold the program's name, and
// from the environment. A flag overrides its variable, and a variable the default;
// an empty variable counts as unset. With -h or -version it prints to stdout and
// returns ErrShown. Errors of settings are *UsageErrors. It opens no files.
func Parse(args []string, getenv func(string) string, stdout io.Writer) (Config, error) {
	flags := flag.NewFlagSet("signaling", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // of several lines; the error says enough
	for _, o := range options {
		flags.String(o.name, o.value, "")
	}
	version := flags.Bool("version", false, "")

	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Config{}, shown(io.WriteString(stdout, Help()))
	case err != nil:
		return Config{}, usagef("%s; run \"signaling -h\" for the flags", oneLine(err.Error()))
	case *version:
		return Config{}, shown(fmt.Fprintln(stdout, "signaling", Version()))
	case flags.NArg() > 0:
		return Config{}, usagef("unexpected argument %q: settings are flags, such as -addr :8181", flags.Arg(0))
	}

	preset, err := choosePreset(flags, getenv)
	if err != nil {
		return Config{}, err
	}
	var c Config
	for _, o := range options {
		if value, ok := preset[o.name]; ok {
			o.value = value
		}
		source, value := o.lookup(flags, getenv)
		if err := o.set(&c, value); err != nil {
			return Config{}, usagef("%s %q: %v", source, value, err)
		}
	}
	switch {
	case len(c.TURN) > 0 && c.TURNSecret == "":
		return Config{}, usagef("-turn needs -turn-secret: the secret that the TURN server has as its static-auth-secret")
	case len(c.TURN) == 0 && c.TURNSecret != "":
		return Config{}, usagef("-turn-secret needs -turn: the URLs of the TURN servers that have it, such as turn:turn.example.org")
	}
	return c, nil
}

// choosePreset returns the defaults of the preset that -preset names.
func choosePreset(flags *flag.FlagSet, getenv func(string) string) (map[string]string, error) {
	source, name := option{name: "preset", value: "none"}.lookup(flags, getenv)
	preset, ok := presets[name]
	if !ok {
		return nil, usagef("%s %q: choose one of none and internet", source, name)
	}
	return preset, nil
}

// lookup returns the value of o, and the name of the flag or variable that it comes
// from.
func (o option) lookup(flags *flag.FlagSet, getenv func(string) string) (source, value string) {
	source, value = "-"+o.name, o.value
	if v := getenv(o.env()); v != "" {
		source, value = o.env(), v
	}
	flags.Visit(func(f *flag.Flag) {
		if f.Name == o.name {
			source, value = "-"+o.name, f.Value.String()
		}
	})
	return source, value
}

// shown returns the error of Parse after it has printed to stdout.
func shown(_ int, err error) error {
	if err != nil {
		return fmt.Errorf("write to standard output: %w", err)
	}
	return ErrShown
}

func usagef(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}

// oneLine replaces white space by single blanks: the errors of package flag
// contain arguments as they are, with their line breaks.
func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
