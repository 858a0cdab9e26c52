// Package auth checks the tokens of clients: one that all clients share, or a JWT
// of each client's own. It checks a token wherever a client may send it, in a
// CONNECT packet or in an HTTP request, and knows nothing of sessions: package
// app decides who is asked for one.
package auth
