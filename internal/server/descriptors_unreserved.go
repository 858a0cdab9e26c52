//go:build !linux

package server

// ReserveDescriptors does nothing: other systems make room without a wait.
func ReserveDescriptors() {}
