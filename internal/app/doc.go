// Package app is the program: it reads the settings, builds the server that
// they describe, serves until it is told to end, and ends in order.
//
// It joins the other packages and translates the settings for each of them. It
// knows nothing of Socket.IO's packets or of what an event does; that is in
// handlers and below. Only the command at the top of the repository calls it.
package app
