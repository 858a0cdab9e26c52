package server

import "syscall"

// roomForDescriptors is how many descriptors ReserveDescriptors makes room for.
// They take 8 bytes each, of the system's.
const roomForDescriptors = 16 << 10

// ReserveDescriptors has the system make room for the descriptors of many
// connections. It would double its table whenever that is full, and have whoever
// wants a descriptor meanwhile wait, for 20 ms: all who come then would wait
// too. It takes that long itself.
func ReserveDescriptors() {
	most, known := maxDescriptors()
	if !known {
		return
	}
	last := min(roomForDescriptors, most) - 1
	fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, 0, syscall.F_DUPFD_CLOEXEC, uintptr(last))
	if errno == 0 {
		syscall.Close(int(fd)) // the table never becomes smaller
	}
}
