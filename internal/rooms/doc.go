// Package rooms keeps the rooms that clients join: who is present in them, whom
// an event of a client reaches, and what clients are sent about their rooms.
//
// All changes of presence are made in enterLocked and exitLocked. Servers that
// share rooms would publish them, and apply those of others, there.
//
// It stands on internal/adapter, which knows the members of a namespace and
// sends to them. Who may join, and under what name, is checked by the caller
// but for the Capacity. It is for internal/bridge.
package rooms
