// Package http1 serves HTTP/1.1 requests on connections that a poller drives: an
// idle connection costs no goroutine, a held response costs its request alone.
//
// It reads only what clients of the engine send: GET and POST of known length,
// to the paths it is given a handler for, with nothing unusual about them.
// Whatever else comes, it passes to a http.Server of net/http with the
// connection that it came on; http1.Server is that server's listener. It knows
// nothing of sessions.
//
// The engine uses its Response, and internal/server runs its Server.
package http1
