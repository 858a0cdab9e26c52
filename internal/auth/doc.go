// Package auth checks the tokens of clients: one that all clients share, or a JWT
// of each client's own. It checks a token wherever a client may send it, in a
// CONNECT packet or in an HTTP request, and does not depend on sessions. Package
// app decides which clients need a token.
package auth
