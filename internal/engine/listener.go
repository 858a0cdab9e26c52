package engine

import "net"

// Listener returns l with connections that are cheaper to read and write, where
// the system allows it: they behave as TCP connections do. It takes l over.
func Listener(l net.Listener) net.Listener { return newListener(l) }
