package main

import (
	"signaling/internal/bridge"
	"signaling/internal/config"
	"signaling/internal/engine"
	"signaling/internal/limit"
	"signaling/internal/server"
)

// The functions below translate the settings for each part that keeps them.

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
		o.WriteTimeout = l.WriteTimeout
		o.ControlRate = l.EventRate
		o.Admit = gate.Admit
	}
}

func clientLimits(l config.Limits, counts *limit.Counts) bridge.Limits {
	return bridge.Limits{
		Events:     l.EventRate,
		Bytes:      l.ByteRate,
		Drop:       l.DropOverRate,
		Namespaces: l.MaxNamespaces,
		Proxies:    l.TrustedProxies,
		Counts:     counts,
	}
}

func bounds(l config.Limits, counts *limit.Counts) server.Bounds {
	return server.Bounds{
		HeaderTime:  l.HeaderTimeout,
		HeaderBytes: l.HeaderBytes,
		BodyTime:    l.BodyTimeout,
		WriteTime:   l.WriteTimeout,
		IdleTime:    l.IdleTimeout,
		MaxIdle:     l.MaxIdleConnections,
		Counts:      counts,
	}
}
