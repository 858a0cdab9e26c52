//go:build !linux

package engine

import "net"

// newPolledLink returns nil: there is no poller for this system.
func newPolledLink(net.Conn, func()) link { return nil }
