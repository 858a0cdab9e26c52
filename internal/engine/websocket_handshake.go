package engine

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"
)

// websocketGUID is the constant of RFC 6455 section 1.3.
const websocketGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + websocketGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// badVersion is the problem that is answered with the versions that are served,
// RFC 6455 section 4.4.
const badVersion = "Missing or invalid Sec-WebSocket-Version header"

// checkWebSocket checks the client's opening handshake, RFC 6455 section 4.2.1,
// and returns the subprotocol to agree to: the first one, or "".
func checkWebSocket(r *http.Request) (protocol, problem string) {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	version := r.Header.Get("Sec-WebSocket-Version")
	switch {
	case r.Method != http.MethodGet:
		return "", "Invalid HTTP method"
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return "", "Invalid Upgrade header"
	case err != nil || len(key) != 16:
		return "", "Missing or invalid Sec-WebSocket-Key header"
	case version != "13" && version != "8":
		return "", badVersion
	}
	protocol, ok := firstProtocol(r.Header.Values("Sec-WebSocket-Protocol"))
	if !ok {
		return "", "Invalid Sec-WebSocket-Protocol header"
	}
	return protocol, ""
}

// firstProtocol returns the first of the offered subprotocols. It reports false
// when the offer is no list of tokens that differ from each other, RFC 6455
// section 4.1.
func firstProtocol(offers []string) (first string, ok bool) {
	if len(offers) == 0 {
		return "", true
	}
	seen := map[string]bool{}
	for name := range strings.SplitSeq(strings.Join(offers, ","), ",") {
		name = strings.Trim(name, " \t")
		if !httpguts.ValidHeaderFieldName(name) || seen[name] {
			return "", false
		}
		if len(seen) == 0 {
			first = name
		}
		seen[name] = true
	}
	return first, true
}

// refusalTime is how long the refusal of a handshake may take to go out.
const refusalTime = 10 * time.Second

// acceptWebSocket takes the connection over from net/http and returns it with
// the answer to the opening handshake, which is to be written first. It has
// answered the request when it fails.
func (srv *Server) acceptWebSocket(w http.ResponseWriter, r *http.Request, q query) (ws *wsConn, answer []byte, err error) {
	protocol, problem := checkWebSocket(r)
	if problem != "" {
		return nil, nil, refuseWebSocket(w, problem)
	}
	var extensions string
	window := 0
	if srv.opts.DeflateAbove > 0 {
		extensions, window = agreeOnDeflate(r.Header.Values("Sec-WebSocket-Extensions"))
	}
	answer = srv.switching(w, r, q, protocol, extensions) // while whoever serves it still closes what its listeners panic in
	if d, ok := w.(*response); ok {
		l, early := d.takeLink(srv.unlinked)
		if len(early) > 0 {
			yield(w) // what came along is handled here
		}
		return srv.newLinked(l, window, early), answer, nil
	}
	conn, early, err := hijack(w)
	if err != nil {
		return nil, nil, err
	}
	l := newPolledLink(conn, srv.unlinked)
	if l == nil {
		l = newBlockingLink(conn, srv.unlinked)
	}
	return srv.newLinked(l, window, early), answer, nil
}

// refuseWebSocket answers an opening handshake that has a problem.
func refuseWebSocket(w http.ResponseWriter, problem string) error {
	var headers []string
	if problem == badVersion {
		headers = []string{"Sec-WebSocket-Version: 13, 8"}
	}
	if err := dropWith(w, rawError(problem, headers...)); err != nil {
		return err
	}
	return fmt.Errorf("websocket handshake: %s", problem)
}

// dropWith sends last, as it is, and closes the connection. It has answered the
// request when it fails.
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
// behind the request. It has answered the request when it fails.
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

// newLinked returns a WebSocket of the server on a link that unlinked hears the
// end of.
func (srv *Server) newLinked(l link, window int, early []byte) *wsConn {
	srv.links.Add(1)
	ws := newWSConn(l, srv.opts.MaxPayload, early)
	ws.window = window
	return ws
}

func (srv *Server) unlinked() { srv.links.Add(-1) }

// newWSConn returns a connection whose first bytes, early, have been read already.
func newWSConn(l link, limit int, early []byte) *wsConn {
	ws := &wsConn{link: l, limit: limit}
	if len(early) > 0 {
		ws.in = takeBuffer()
		for len(ws.in.bytes) < len(early) {
			ws.in.bytes = make([]byte, 2*len(ws.in.bytes))
		}
		ws.in.end = copy(ws.in.bytes, early)
	}
	return ws
}

// switching returns the server's half of the opening handshake, with the
// subprotocol and the extensions that it agrees to.
func (srv *Server) switching(w http.ResponseWriter, r *http.Request, q query, protocol, extensions string) []byte {
	h := w.Header() // the CORS headers stand there already
	if srv.opts.Headers != nil {
		srv.opts.Headers(h, r, q.sid == "")
	}
	var out strings.Builder
	out.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
	out.WriteString("Sec-WebSocket-Accept: " + acceptKey(r.Header.Get("Sec-WebSocket-Key")) + "\r\n")
	if protocol != "" {
		out.WriteString("Sec-WebSocket-Protocol: " + protocol + "\r\n")
	}
	if extensions != "" {
		out.WriteString("Sec-WebSocket-Extensions: " + extensions + "\r\n")
	}
	h.Write(&out) // a strings.Builder takes everything
	out.WriteString("\r\n")
	return []byte(out.String())
}

// rawError is the answer to an upgrade that is refused, as Node's engine gives
// it: always 400, the message as text, the connection closed.
func rawError(message string, headers ...string) []byte {
	extra := strings.Join(append(headers, ""), "\r\n")
	return fmt.Appendf(nil, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\nContent-Length: %d\r\n%s\r\n%s",
		len(message), extra, message)
}
