//go:build !linux

package server

// ReserveDescriptors does nothing: other systems grow their table without a
// wait.
func ReserveDescriptors() {}
