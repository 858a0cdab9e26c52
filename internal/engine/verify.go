package engine

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"signaling/internal/packet"
)

// ErrorCode is the code of a refused request, as the client reads it.
type ErrorCode int

// The codes of refused requests, which are those of Node's engine.io.
const (
	UnknownTransport    ErrorCode = 0
	UnknownSession      ErrorCode = 1
	BadHandshakeMethod  ErrorCode = 2
	BadRequest          ErrorCode = 3
	Forbidden           ErrorCode = 4
	UnsupportedRevision ErrorCode = 5
)

var errorMessages = [...]string{
	UnknownTransport:    "Transport unknown",
	UnknownSession:      "Session ID unknown",
	BadHandshakeMethod:  "Bad handshake method",
	BadRequest:          "Bad request",
	Forbidden:           "Forbidden",
	UnsupportedRevision: "Unsupported protocol version",
}

func (c ErrorCode) String() string {
	if c < 0 || int(c) >= len(errorMessages) {
		return "error " + strconv.Itoa(int(c))
	}
	return errorMessages[c]
}

// refusal is the reason why a request is not served.
type refusal struct {
	code    ErrorCode
	message string         // for the client; empty: the code's own
	context map[string]any // for Options.Refused
}

// text returns the message for the client.
func (f refusal) text() string {
	if f.message != "" {
		return f.message
	}
	return f.code.String()
}

// query is what the engine knows of a request's query.
type query struct {
	transport, sid, revision string
	hasJ                     bool   // the client polls by script tags
	j                        string // then, the index of its callback
	b64                      bool   // the client takes no binary
}

// parseQuery reads a raw query; of duplicate keys the last one wins.
func parseQuery(raw string) query {
	var q query
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		key, value, _ := strings.Cut(pair, "=")
		switch packet.Unescape(key) {
		case "transport":
			q.transport = packet.Unescape(value)
		case "sid":
			q.sid = packet.Unescape(value)
		case "EIO":
			q.revision = packet.Unescape(value)
		case "b64":
			q.b64 = value != ""
		case "j":
			q.j, q.hasJ = packet.Unescape(value), true
		}
	}
	return q
}

// rev returns the revision that the client asks for: 3 unless it names 4.
func (q query) rev() packet.Revision {
	if q.revision == "4" {
		return packet.Revision4
	}
	return packet.Revision3
}

// verify checks a request, in Node's order. It returns the session that the
// request names, nil if it is a handshake; or why the request is refused.
func (srv *Server) verify(r *http.Request, q query, upgrade bool) (*Session, *refusal) {
	if !srv.serves(q.transport) {
		return nil, &refusal{code: UnknownTransport, context: map[string]any{"transport": q.transport}}
	}
	if origin := r.Header.Get("Origin"); !httpguts.ValidHeaderFieldValue(origin) {
		return nil, &refusal{code: BadRequest, context: map[string]any{"name": "INVALID_ORIGIN", "origin": origin}}
	}
	if q.sid == "" {
		return nil, srv.verifyHandshake(r, q, upgrade)
	}
	s := srv.Session(q.sid)
	if s == nil {
		return nil, &refusal{code: UnknownSession, context: map[string]any{"sid": q.sid}}
	}
	if previous := s.Transport(); !upgrade && previous != q.transport {
		return nil, &refusal{code: BadRequest, context: map[string]any{
			"name": "TRANSPORT_MISMATCH", "transport": q.transport, "previousTransport": previous}}
	}
	if s.revision != q.rev() {
		return nil, &refusal{code: BadRequest, context: map[string]any{
			"name": "PROTOCOL_MISMATCH", "protocol": int(q.rev()), "previousProtocol": int(s.revision)}}
	}
	return s, nil
}

// verifyHandshake checks a request that opens a session.
func (srv *Server) verifyHandshake(r *http.Request, q query, upgrade bool) *refusal {
	if r.Method != http.MethodGet {
		return &refusal{code: BadHandshakeMethod, context: map[string]any{"method": r.Method}}
	}
	if q.transport == WebSocket && !upgrade {
		return &refusal{code: BadRequest, context: map[string]any{"name": "TRANSPORT_HANDSHAKE_ERROR"}}
	}
	if srv.opts.AllowRequest != nil {
		if err := srv.opts.AllowRequest(r); err != nil {
			return &refusal{code: Forbidden, message: err.Error(), context: map[string]any{"message": err.Error()}}
		}
	}
	return nil
}

// verifyRevision is the last check of a handshake.
func (srv *Server) verifyRevision(q query) *refusal {
	vague := q.revision != "3" && q.revision != "4"
	if q.rev() == packet.Revision3 && !srv.opts.AllowRevision3 || vague && srv.opts.NameRevision {
		return &refusal{code: UnsupportedRevision, context: map[string]any{"protocol": int(packet.Revision3)}}
	}
	return nil
}

// reject answers a refused request. The answer to an upgrade is written as it is,
// without what the HTTP server adds.
func (srv *Server) reject(w responder, r *http.Request, upgrade bool, f refusal) {
	if !upgrade {
		srv.refuse(w, r, f)
		return
	}
	srv.notifyRefused(r, f)
	w.closeWith(rawError(f.text())) // has answered the request if it fails
}

// refuse answers a refused request that is no upgrade with an error in JSON.
func (srv *Server) refuse(w http.ResponseWriter, r *http.Request, f refusal) {
	srv.notifyRefused(r, f)
	body, _ := json.Marshal(struct { // two plain fields: cannot fail
		Code    ErrorCode `json:"code"`
		Message string    `json:"message"`
	}{f.code, f.text()})
	status := http.StatusBadRequest
	if f.code == Forbidden {
		status = http.StatusForbidden
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}

// notifyRefused calls Options.Refused.
func (srv *Server) notifyRefused(r *http.Request, f refusal) {
	if srv.opts.Refused != nil {
		srv.opts.Refused(r, f.code, f.code.String(), f.context)
	}
}
