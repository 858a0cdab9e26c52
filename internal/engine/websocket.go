package engine

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"signaling/internal/websocket"
)

// acceptWebSocket takes the connection of a WebSocket's opening handshake over
// from the HTTP server, and returns it with the answer that is to be written
// first. When it fails it has answered the request.
func (srv *Server) acceptWebSocket(w responder, r *http.Request, q query) (ws *websocket.Conn, answer []byte, err error) {
	h, err := websocket.CheckHandshake(r, srv.opts.DeflateAbove > 0)
	if err != nil {
		refuseWebSocket(w, err)
		return nil, nil, err
	}
	header := w.Header() // has the CORS headers already
	if srv.opts.Headers != nil {
		srv.opts.Headers(header, r, q.sid == "") // may panic: the HTTP server still closes the connection then
	}
	answer = h.Answer(header)
	conn, prefix, err := w.detach(func() { srv.webSockets.Add(-1) })
	if err != nil {
		return nil, nil, err
	}
	srv.webSockets.Add(1)
	return websocket.New(conn, websocket.Options{MaxMessage: srv.opts.MaxPayload, Window: h.Window, Prefix: prefix}), answer, nil
}

// refuseWebSocket answers an opening handshake that has failed with err.
func refuseWebSocket(w responder, err error) {
	var e *websocket.HandshakeError
	errors.As(err, &e)
	var headers []string
	if e.Versions != "" {
		headers = []string{"Sec-WebSocket-Version: " + e.Versions}
	}
	w.closeWith(rawError(e.Problem, headers...)) // fails where nothing can be upgraded, with an answer
}

// rawError returns the answer to an upgrade that is refused, as Node's engine
// gives it: always 400, the message as text, the connection closed.
func rawError(message string, headers ...string) []byte {
	extra := strings.Join(append(headers, ""), "\r\n")
	return fmt.Appendf(nil, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\nContent-Length: %d\r\n%s\r\n%s",
		len(message), extra, message)
}
