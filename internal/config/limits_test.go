package config

import (
	"maps"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"signaling/internal/limit"
)

// defaultLimits are the limits without settings: Node's, or none.
var defaultLimits = Limits{
	QueueBytes: 4 << 20, QueuePackets: 4096, HeaderBytes: 16 << 10,
	Timeouts: limit.Timeouts{Header: 20 * time.Second, Body: 5 * time.Minute, Write: 20 * time.Second, Idle: time.Minute},
}

// Each setting differs from its default, that of the preset, and the others.
func init() {
	maps.Copy(settings, map[string]string{
		"preset":                "internet",
		"queue-bytes":           "1001",
		"queue-packets":         "1002",
		"write-timeout":         "1003ms",
		"header-timeout":        "1004ms",
		"header-bytes":          "1025",
		"body-timeout":          "1006ms",
		"idle-timeout":          "1007ms",
		"max-idle-connections":  "1008",
		"max-sessions":          "1009",
		"max-sessions-per-ip":   "1010",
		"handshake-rate":        "1011:11",
		"handshake-rate-per-ip": "1012",
		"trusted-proxies":       "10.1.2.3/8, ::1",
		"event-rate":            "1013:13",
		"byte-rate":             "1014:14",
		"over-rate":             "drop",
		"max-namespaces":        "1015",
		"drain":                 "1016ms",
	})
	settingsParsed.Limits = Limits{
		QueueBytes: 1001, QueuePackets: 1002, HeaderBytes: 1025,
		Timeouts: limit.Timeouts{
			Header: 1004 * time.Millisecond, Body: 1006 * time.Millisecond,
			Write: 1003 * time.Millisecond, Idle: 1007 * time.Millisecond,
		},
		MaxIdleConnections: 1008, MaxSessions: 1009, MaxSessionsPerIP: 1010,
		HandshakeRate:      limit.Rate{PerSecond: 1011, Burst: 11},
		HandshakeRatePerIP: limit.Rate{PerSecond: 1012, Burst: 1012},
		TrustedProxies:     limit.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		EventRate:          limit.Rate{PerSecond: 1013, Burst: 13},
		ByteRate:           limit.Rate{PerSecond: 1014, Burst: 14},
		DropOverRate:       true,
		MaxNamespaces:      1015,
	}
	settingsParsed.Drain = 1016 * time.Millisecond
}

func TestPreset(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		env  map[string]string
		want func(want *Config)
	}{
		{"as a flag", []string{"-preset", "internet"}, nil, func(*Config) {}},
		{"as a variable", nil, map[string]string{"SIGNALING_PRESET": "internet"}, func(*Config) {}},
		{"a flag wins over it, wherever it stands", []string{"-max-sessions", "7", "-preset", "internet"}, nil,
			func(want *Config) { want.Limits.MaxSessions = 7 }},
		{"a variable wins over it", []string{"-preset", "internet"}, map[string]string{"SIGNALING_MAX_PAYLOAD": "9"},
			func(want *Config) { want.MaxPayload = 9 }},
		{"a limit can be taken away", []string{"-preset=internet", "-event-rate=0"}, nil,
			func(want *Config) { want.Limits.EventRate = limit.Rate{} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			want, err := Parse(nil, environment(nil), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range options {
				if value, ok := internet[o.name]; ok {
					if err := o.set(&want, value); err != nil {
						t.Fatalf("-%s %s: %v", o.name, value, err)
					}
				}
			}
			row.want(&want)
			got, err := Parse(row.args, environment(row.env), nil)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestPresetKnowsItsFlags(t *testing.T) {
	known := map[string]option{}
	for _, o := range options {
		known[o.name] = o
	}
	for name, value := range internet {
		if o, ok := known[name]; !ok || o.value == value {
			t.Errorf("the preset has -%s %s, and the flag's default is %q", name, value, o.value)
		}
	}
}

func TestLimitErrors(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string // the whole line
	}{
		{"unknown preset", []string{"-preset", "lan"}, `-preset "lan": choose one of none and internet`},
		{"negative count", []string{"-max-sessions", "-1"}, `-max-sessions "-1": must be a number from 0 to 2147483647`},
		{"queue of nothing", []string{"-queue-packets", "0"}, `-queue-packets "0": must be a number from 1 to 2147483647`},
		{"header that no browser's would fit in", []string{"-header-bytes", "100"}, `-header-bytes "100": must be a number from 1024 to 2147483647`},
		{"rate with a unit", []string{"-event-rate", "100/s"}, `-event-rate "100/s": write RATE or RATE:BURST, such as 100 or 100:300, each at most 2147483647; 0 for no limit`},
		{"burst of nothing", []string{"-byte-rate", "100:0"}, `-byte-rate "100:0": a rate and its burst must both be above 0; write 0 alone for no limit`},
		{"burst without a rate", []string{"-byte-rate", "0:100"}, `-byte-rate "0:100": a rate and its burst must both be above 0; write 0 alone for no limit`},
		{"proxy by name", []string{"-trusted-proxies", "proxy.example"}, `-trusted-proxies "proxy.example": write networks or addresses, comma-separated, such as 10.0.0.0/8,127.0.0.1,2001:db8::/32`},
		{"neither close nor drop", []string{"-over-rate", "warn"}, `-over-rate "warn": choose one of close and drop`},
		{"drain without unit", []string{"-drain", "5"}, `-drain "5": write a duration with its unit, such as 10s, or 0s`},
		{"drain into the past", []string{"-drain", "-5s"}, `-drain "-5s": must be from 0s to 24h`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := Parse(row.args, environment(nil), nil); err == nil || err.Error() != row.want {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
		})
	}
}
