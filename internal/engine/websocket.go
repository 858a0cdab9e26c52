package engine

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// refusalTime is how long the refusal of a handshake may take to go out.
const refusalTime = 10 * time.Second

// acceptWebSocket takes the connection of a WebSocket's opening handshake over
// from the HTTP server, and returns it with the answer that is to be written
// first. When it fails it has answered the request.
func (srv *Server) acceptWebSocket(w http.ResponseWriter, r *http.Request, q query) (ws *wsConn, answer []byte, err error) {
	h, err := checkHandshake(r, srv.opts.DeflateAbove > 0)
	if err != nil {
		refuseWebSocket(w, err)
		return nil, nil, err
	}
	header := w.Header() // has the CORS headers already
	if srv.opts.Headers != nil {
		srv.opts.Headers(header, r, q.sid == "") // may panic: the HTTP server still closes the connection then
	}
	answer = h.answer(header)
	if d, ok := w.(*response); ok {
		l, early := d.takeLink(srv.unlinked)
		if len(early) > 0 {
			yield(w) // what came along is handled here
		}
		return srv.newLinked(l, h.window, early), answer, nil
	}
	conn, early, err := hijack(w)
	if err != nil {
		return nil, nil, err
	}
	l := newPolledLink(conn, srv.unlinked)
	if l == nil {
		l = newBlockingLink(conn, srv.unlinked)
	}
	return srv.newLinked(l, h.window, early), answer, nil
}

// refuseWebSocket answers an opening handshake that has failed with err.
func refuseWebSocket(w http.ResponseWriter, err error) {
	var e *handshakeError
	errors.As(err, &e)
	var headers []string
	if e.Versions != "" {
		headers = []string{"Sec-WebSocket-Version: " + e.Versions}
	}
	dropWith(w, rawError(e.Problem, headers...)) // fails where nothing can be upgraded, with an answer
}

// dropWith sends last, as it is, and closes the connection. When it fails it
// has answered the request.
func dropWith(w http.ResponseWriter, last []byte) error {
	if d, ok := w.(*response); ok {
		d.drop(last)
		return nil
	}
	conn, _, err := hijack(w)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(refusalTime))
	conn.Write(last)
	return nil
}

// hijack takes the connection over from net/http, and what has been read of it
// behind the request. When it fails it has answered the request.
func hijack(w http.ResponseWriter) (conn net.Conn, early []byte, err error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "this connection cannot become a WebSocket: use HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return nil, nil, err
	}
	conn.SetDeadline(time.Time{})
	early, _ = buffered.Reader.Peek(buffered.Reader.Buffered()) // at most what is there: cannot fail
	if e, ok := conn.(*earlyConn); ok {
		conn, early = e.Conn, append(slices.Clone(early), e.early...)
	}
	return conn, early, nil
}

// newLinked returns a WebSocket on a link that calls unlinked when it ends.
func (srv *Server) newLinked(l link, window int, early []byte) *wsConn {
	srv.links.Add(1)
	return newWSConn(l, srv.opts.MaxPayload, window, early)
}

func (srv *Server) unlinked() { srv.links.Add(-1) }

// rawError returns the answer to an upgrade that is refused, as Node's engine
// gives it: always 400, the message as text, the connection closed.
func rawError(message string, headers ...string) []byte {
	extra := strings.Join(append(headers, ""), "\r\n")
	return fmt.Appendf(nil, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\nContent-Length: %d\r\n%s\r\n%s",
		len(message), extra, message)
}
