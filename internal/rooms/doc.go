// Package rooms keeps the rooms that clients join: who is present in them, whom
// an event of a client reaches, and what clients are sent about their rooms.
//
// It stands on internal/adapter, which knows the members of a namespace and
// sends to them. Who may join, and under what name, is checked by the caller
// but for the Capacity. It is for internal/bridge.
package rooms
