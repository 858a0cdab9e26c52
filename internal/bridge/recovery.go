package bridge

import (
	"time"

	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/adapter"
	"signaling/internal/codec"
)

// Node's default for maxDisconnectionDuration.
const defaultRecoveryTime = 2 * time.Minute

// recoveryTime returns how long the module's options let lost sessions come
// back; 0 when connection state recovery is off. It fills in Node's defaults,
// which the module itself only does for an adapter of its own.
func recoveryTime(opts *socket.ServerOptions) time.Duration {
	r := opts.ConnectionStateRecovery()
	if r == nil {
		return 0
	}
	if r.GetRawMaxDisconnectionDuration() == nil {
		r.SetMaxDisconnectionDuration(defaultRecoveryTime.Milliseconds())
	}
	if r.GetRawSkipMiddlewares() == nil {
		r.SetSkipMiddlewares(true)
	}
	return time.Duration(r.MaxDisconnectionDuration()) * time.Millisecond
}

// auth returns the auth object of a CONNECT, empty when there is none. The
// client of a lost session that has not received an event names no offset,
// and the module would not look for the session: it gets one that means all.
func (b *Bridge) auth(p *codec.Packet) map[string]any {
	auth, ok := p.Payload().Any().(map[string]any)
	if !ok {
		return map[string]any{}
	}
	if b.io.Opts().GetRawConnectionStateRecovery() == nil {
		return auth
	}
	if _, lost := auth["pid"].(string); lost && auth["offset"] == nil {
		auth["offset"] = adapter.StartOffset
	}
	return auth
}
