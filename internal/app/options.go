package app

import (
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/config"
)

// socketOptions translates the settings for the module.
func socketOptions(c config.Config) *socket.ServerOptions {
	o := socket.DefaultServerOptions()
	o.SetPath(c.Path)
	o.SetAllowEIO3(true) // the page was written for clients of 1.x
	o.SetTransports(types.NewSet(c.Transports...))
	o.SetPingInterval(c.PingInterval)
	o.SetPingTimeout(c.PingTimeout)
	o.SetConnectTimeout(c.ConnectTimeout)
	o.SetMaxHttpBufferSize(c.MaxPayload)
	o.SetCors(&types.Cors{Origin: c.Origins.Allow, Credentials: true})
	if c.Recovery > 0 {
		r := &socket.ConnectionStateRecovery{}
		r.SetMaxDisconnectionDuration(c.Recovery.Milliseconds())
		o.SetConnectionStateRecovery(r)
	}
	if c.Compression > 0 {
		o.SetPerMessageDeflate(&types.PerMessageDeflate{Threshold: c.Compression})
	}
	if c.Parser == config.MsgpackPackets {
		o.SetParser(bridge.MessagePack)
	}
	if !c.Origins.Any() {
		o.SetAllowRequest(refuseOrigins(c.Origins))
	}
	return o
}
