//go:build !linux

package engine

import "net"

// NewFront returns nil: there is no poller for this system.
func NewFront(*net.TCPListener, FrontOptions) *Front { return nil }
