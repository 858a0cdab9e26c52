// Package ice serves the list of STUN and TURN servers that pages should use, with
// credentials that expire. It does not connect to those servers.
package ice
