// Package faults breaks connections in every way that a network, a peer or a
// machine does, and looks at what becomes of the session and of the others.
//
// It has tests only. TestMain builds the server; each test runs one of its own
// and reaches it over TCP, by way of a proxy that can drop, cut and reset.
package faults
