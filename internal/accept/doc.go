// Package accept chooses a content coding by a request's Accept-Encoding header,
// as the npm package accepts does for Node's socket.io. It does not encode
// anything.
package accept
