//go:build !nopoll && !386

package netpoll

import (
	"net/netip"
	"syscall"
	"unsafe"
)

// canPoll reports whether connections are driven by pollers. This line and its
// opposite in accept_none_linux.go are the only places that name the tag nopoll,
// and the architectures whose package syscall lacks a call.
const canPoll = true

// acceptNow accepts a connection, if there is one, whose reads and writes never
// block.
func acceptNow(listener int) (fd int, remote netip.AddrPort, errno syscall.Errno) {
	var addr syscall.RawSockaddrAny
	size := uint32(unsafe.Sizeof(addr))
	n, _, errno := syscall.RawSyscall6(syscall.SYS_ACCEPT4, uintptr(listener), uintptr(unsafe.Pointer(&addr)),
		uintptr(unsafe.Pointer(&size)), syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, remote, errno
	}
	// What is written goes out at once. Set for the listener it would miss those
	// that came before.
	on := int32(1)
	syscall.RawSyscall6(syscall.SYS_SETSOCKOPT, n, syscall.IPPROTO_TCP, syscall.TCP_NODELAY,
		uintptr(unsafe.Pointer(&on)), unsafe.Sizeof(on), 0) // cannot fail
	return int(n), peerAddr(&addr), 0
}
