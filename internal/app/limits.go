package app

import (
	"signaling/handlers"
	"signaling/internal/bridge"
	"signaling/internal/config"
	"signaling/internal/engine"
	"signaling/internal/ice"
	"signaling/internal/limit"
	"signaling/internal/server"
)

// The functions below translate the settings for the packages that apply them.

func admission(l config.Limits) limit.Admission {
	return limit.Admission{
		Sessions:      l.MaxSessions,
		SessionsPerIP: l.MaxSessionsPerIP,
		Rate:          l.HandshakeRate,
		RatePerIP:     l.HandshakeRatePerIP,
		Proxies:       l.TrustedProxies,
	}
}

func engineLimits(l config.Limits, gate *limit.Gate) func(*engine.Options) {
	return func(o *engine.Options) {
		o.MaxQueueBytes = l.QueueBytes
		o.MaxQueuePackets = l.QueuePackets
		o.WriteTimeout = l.Timeouts.Write
		o.ControlRate = l.EventRate
		o.Admit = gate.Admit
	}
}

func clientLimits(l config.Limits, counts *limit.Counts) bridge.ClientLimits {
	return bridge.ClientLimits{
		Events:     l.EventRate,
		Bytes:      l.ByteRate,
		Drop:       l.DropOverRate,
		Namespaces: l.MaxNamespaces,
		Proxies:    l.TrustedProxies,
		Counts:     counts,
	}
}

func httpLimits(l config.Limits) server.HTTPLimits {
	return server.HTTPLimits{Timeouts: l.Timeouts, MaxHeaderBytes: l.HeaderBytes, MaxIdleConns: l.MaxIdleConnections}
}

func roomLimits(c config.Config) handlers.RoomLimits {
	return handlers.RoomLimits{RoomPeers: c.RoomPeers, ClientRooms: c.ClientRooms, NameLength: c.NameLength}
}

func iceServers(c config.Config) ice.Servers {
	return ice.Servers{STUN: c.STUN, TURN: c.TURN, Secret: c.TURNSecret, TTL: c.TURNTTL}
}
