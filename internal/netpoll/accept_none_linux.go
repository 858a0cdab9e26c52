//go:build nopoll || 386

package netpoll

import (
	"net/netip"
	"syscall"
)

// canPoll: every connection has a goroutine of its own.
const canPoll = false

func acceptNow(int) (fd int, remote netip.AddrPort, errno syscall.Errno) {
	return -1, remote, syscall.ENOSYS
}
