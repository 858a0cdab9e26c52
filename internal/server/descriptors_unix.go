//go:build unix

package server

import "syscall"

// maxDescriptors returns how many descriptors the process may have open. Go has
// raised the soft limit to the hard one when the process started.
func maxDescriptors() (n uint64, known bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true
}
