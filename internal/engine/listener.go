package engine

import (
	"context"
	"net"
)

// Listener returns l with connections that are cheaper to read and write, where
// the system allows it: they behave as TCP connections do. It takes l over.
func Listener(l net.Listener) net.Listener { return newListener(l) }

// ConnContext is a http.Server's hook of that name. With it, connections of
// Listener become WebSockets at less cost.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// connKey is the key of a request's connection in its context.
type connKey struct{}
