// Package http1 serves HTTP/1.1 requests on connections that a poller drives: an
// idle connection costs no goroutine, and neither does a held response.
//
// It reads only what clients of the engine send: GET, and POST of known length,
// of the paths that it is given a handler for, with nothing unusual about them.
// When any other request comes it passes the connection to a http.Server of
// net/http; a Server is that server's listener. It knows nothing of sessions.
//
// The engine uses its Response, and internal/server runs its Server.
package http1
