// Package adapter is Socket.IO's adapter: who is in a namespace and in which of
// its rooms, broadcasts to them, and connection state recovery. It implements
// the module's socket.Adapter. A packet is encoded once, and the same bytes go
// to all its receivers.
//
// The rooms here are the module's, which a program joins sockets to. Those that
// clients join, and whom a client's event reaches for that reason, are decided
// above this package: through Hooks and Scope. It routes no events and knows no
// connection but the engine's sessions.
//
// Events leave a namespace in two places, broadcast and Adapter.Relay. A broker
// between several servers would publish there, and pass what it receives to the
// local receivers only.
//
// It is for internal/rooms, and for internal/bridge, which gives its Builder to
// the module.
package adapter
