// Package netpoll reads and writes TCP connections, many in one goroutine: a
// Group of pollers drives each Conn, which calls its Handler when something has
// come and holds neither a stack nor a buffer while it is idle. Where the system
// has no epoll a Conn has a goroutine of its own instead, behind the same
// interface.
//
// It knows nothing of what the bytes mean. It is for the packages that speak
// HTTP and WebSocket.
package netpoll
