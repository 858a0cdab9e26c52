package server

import "syscall"

// reservedDescriptors is how many descriptors ReserveDescriptors makes room for.
// Each takes 8 bytes of the kernel's memory.
const reservedDescriptors = 16 << 10

// ReserveDescriptors makes the kernel's table of the process's descriptors large
// enough for many connections. Otherwise the kernel doubles the table each time
// that it is full, and for about 20 ms every thread that opens a descriptor
// waits: all clients that connect then would. ReserveDescriptors takes as long
// itself; start it in a goroutine.
func ReserveDescriptors() {
	most, known := maxDescriptors()
	if !known {
		return
	}
	last := min(reservedDescriptors, most) - 1
	fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, 0, syscall.F_DUPFD_CLOEXEC, uintptr(last))
	if errno == 0 {
		syscall.Close(int(fd)) // the table never becomes smaller
	}
}
