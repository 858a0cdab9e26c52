package websocket

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Handshake is a client's opening handshake that has been checked, with what
// the server agrees to.
type Handshake struct {
	// Window is the length in bytes up to which messages may be sent compressed:
	// the client's window, RFC 7692 section 7.1.2. 0 means that compression was not
	// agreed on, and no message may be compressed in either direction.
	Window int

	key        string // the client's Sec-WebSocket-Key
	protocol   string // the subprotocol: the first one offered, or ""
	extensions string // of the answer; "" for none
}

// HandshakeError is the error of an opening handshake that breaks RFC 6455.
type HandshakeError struct {
	Problem  string // what is wrong, for the client
	Versions string // the Sec-WebSocket-Version of the answer, section 4.4; "" for none
}

func (e *HandshakeError) Error() string { return "websocket handshake: " + e.Problem }

// CheckHandshake checks a client's opening handshake, RFC 6455 section 4.2.1.
// If compress is true it agrees to compression when the client offers that. An
// error is a *HandshakeError; the caller answers the request either way.
func CheckHandshake(r *http.Request, compress bool) (h Handshake, err error) {
	h.key = r.Header.Get("Sec-WebSocket-Key")
	key, err := base64.StdEncoding.DecodeString(h.key)
	version := r.Header.Get("Sec-WebSocket-Version")
	switch {
	case r.Method != http.MethodGet:
		return h, &HandshakeError{Problem: "Invalid HTTP method"}
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return h, &HandshakeError{Problem: "Invalid Upgrade header"}
	case err != nil || len(key) != 16:
		return h, &HandshakeError{Problem: "Missing or invalid Sec-WebSocket-Key header"}
	case version != "13" && version != "8":
		return h, &HandshakeError{Problem: "Missing or invalid Sec-WebSocket-Version header", Versions: "13, 8"}
	}
	var ok bool
	if h.protocol, ok = firstProtocol(r.Header.Values("Sec-WebSocket-Protocol")); !ok {
		return h, &HandshakeError{Problem: "Invalid Sec-WebSocket-Protocol header"}
	}
	if compress {
		h.extensions, h.Window = agreeOnDeflate(r.Header.Values("Sec-WebSocket-Extensions"))
	}
	return h, nil
}

// firstProtocol returns the first of the offered subprotocols. It reports false
// when the offer is not a list of tokens that differ from each other, RFC 6455
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

// Answer returns the server's half of the opening handshake, RFC 6455 section
// 4.2.2: the bytes to write first. The fields of header follow its own.
func (h *Handshake) Answer(header http.Header) []byte {
	var out strings.Builder
	out.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
	out.WriteString("Sec-WebSocket-Accept: " + acceptKey(h.key) + "\r\n")
	if h.protocol != "" {
		out.WriteString("Sec-WebSocket-Protocol: " + h.protocol + "\r\n")
	}
	if h.extensions != "" {
		out.WriteString("Sec-WebSocket-Extensions: " + h.extensions + "\r\n")
	}
	header.Write(&out) // a strings.Builder takes everything
	out.WriteString("\r\n")
	return []byte(out.String())
}

// keyGUID is the constant of RFC 6455 section 1.3.
const keyGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + keyGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}
