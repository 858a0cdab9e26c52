package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
)

// settings are a row's: the server's options under the names and in the forms
// that they have in Node, and which of the application's features are on.
type settings struct {
	Options  options
	Features []string
}

type options struct {
	Path                        *string
	AddTrailingSlash            *bool
	Transports                  []string
	AllowUpgrades               *bool
	AllowEIO3                   *bool
	PingInterval                *millis
	PingTimeout                 *millis
	UpgradeTimeout              *millis
	ConnectTimeout              *millis
	MaxHTTPBufferSize           *int64
	HTTPCompression             *threshold
	PerMessageDeflate           *threshold
	InitialPacket               *string
	Cookie                      *struct{ Name string }
	CORS                        *cors
	ConnectionStateRecovery     *recovery
	CleanupEmptyChildNamespaces *bool
	Parser                      string
}

type cors struct {
	Origin         any
	Credentials    bool
	Methods        []string
	ExposedHeaders []string
	MaxAge         *int
}

type recovery struct {
	MaxDisconnectionDuration *int64
	SkipMiddlewares          *bool
}

// millis is a duration as Node has it.
type millis time.Duration

func (m *millis) UnmarshalJSON(text []byte) error {
	var n int64
	err := json.Unmarshal(text, &n)
	*m = millis(time.Duration(n) * time.Millisecond)
	return err
}

// threshold is {threshold: bytes}, true for Node's default, or false.
type threshold int

func (t *threshold) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "true":
		*t = 1024
		return nil
	case "false":
		*t = -1
		return nil
	}
	var object struct{ Threshold int }
	err := json.Unmarshal(text, &object)
	*t = threshold(object.Threshold)
	return err
}

func parse(text string) (settings, error) {
	var s settings
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields() // an option that is not carried over must not pass for one without effect
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("the settings, which are JSON: %w", err)
	}
	return s, nil
}

// module translates the options for the module.
func (o options) module() *socket.ServerOptions {
	to := socket.DefaultServerOptions()
	assign(o.Path, to.SetPath)
	assign(o.AddTrailingSlash, to.SetAddTrailingSlash)
	assign(o.AllowUpgrades, to.SetAllowUpgrades)
	assign(o.AllowEIO3, to.SetAllowEIO3)
	assign((*time.Duration)(o.PingInterval), to.SetPingInterval)
	assign((*time.Duration)(o.PingTimeout), to.SetPingTimeout)
	assign((*time.Duration)(o.UpgradeTimeout), to.SetUpgradeTimeout)
	assign((*time.Duration)(o.ConnectTimeout), to.SetConnectTimeout)
	assign(o.MaxHTTPBufferSize, to.SetMaxHttpBufferSize)
	assign(o.CleanupEmptyChildNamespaces, to.SetCleanupEmptyChildNamespaces)
	if o.Parser == "msgpack" {
		to.SetParser(bridge.MessagePack)
	}
	if o.Transports != nil {
		to.SetTransports(types.NewSet(o.Transports...))
	}
	if o.HTTPCompression != nil {
		to.SetHttpCompression(&types.HttpCompression{Threshold: int(*o.HTTPCompression)})
	}
	if o.PerMessageDeflate != nil {
		to.SetPerMessageDeflate(&types.PerMessageDeflate{Threshold: int(*o.PerMessageDeflate)})
	}
	if o.InitialPacket != nil {
		to.SetInitialPacket(strings.NewReader(*o.InitialPacket))
	}
	if o.Cookie != nil {
		to.SetCookie(&http.Cookie{Name: o.Cookie.Name})
	}
	if o.CORS != nil {
		to.SetCors(o.CORS.module())
	}
	if o.ConnectionStateRecovery != nil {
		r := &socket.ConnectionStateRecovery{}
		assign(o.ConnectionStateRecovery.MaxDisconnectionDuration, r.SetMaxDisconnectionDuration)
		assign(o.ConnectionStateRecovery.SkipMiddlewares, r.SetSkipMiddlewares)
		to.SetConnectionStateRecovery(r)
	}
	return to
}

func (c *cors) module() *types.Cors {
	to := &types.Cors{Origin: c.Origin, Credentials: c.Credentials}
	if c.Methods != nil {
		to.Methods = c.Methods
	}
	if c.ExposedHeaders != nil {
		to.ExposedHeaders = c.ExposedHeaders
	}
	if c.MaxAge != nil {
		to.MaxAge = fmt.Sprint(*c.MaxAge)
	}
	return to
}

// assign hands an option on if it is given.
func assign[T any](value *T, set func(T)) {
	if value != nil {
		set(*value)
	}
}
