//go:build !linux

package engine

import (
	"net"
	"net/http"
)

// newPolledLink returns nil: there is no poller for this system.
func newPolledLink(net.Conn, func()) link { return nil }

// takePolledLink returns nil, likewise.
func takePolledLink(*http.Request, func()) link { return nil }
