//go:build !linux

package netpoll

import (
	"errors"
	"net"
)

// poller drives nothing: this system has no epoll.
type poller struct{}

func startPoller() (*poller, error) { return nil, errors.ErrUnsupported }

func (*poller) retain() {}
func (*poller) close()  {}

func newPolledConn(*Group, net.Conn, func()) Conn { return nil }

// Loop is a goroutine that serves many connections. This system has none.
type Loop struct{}

// HandOver does nothing.
func (*Loop) HandOver() {}

// Listener accepts the connections of a net.Listener. This system has none.
type Listener struct{}

func listen(*Group, net.Listener, Acceptor) (*Listener, error) { return nil, errors.ErrUnsupported }

// Close does nothing.
func (*Listener) Close() {}
