// Package handlers holds what the server does with each event: the four of a
// WebRTC call, relayed as the Node server of the page does, and those of rooms,
// in which a call's events reach the members of the room only.
//
// It checks what clients ask for. Who is in which room, and who gets an event, is
// kept below internal/bridge, which calls a handler for each event: those of one
// connection in order, each to its end.
//
// It is for main.go, the packages that wire a server together, and tests.
package handlers
