package engine

import (
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// wsHandshake is a client's opening handshake that was checked, and what the
// server agrees to.
type wsHandshake struct {
	key        string // the client's Sec-WebSocket-Key
	protocol   string // the subprotocol: the first one offered, or ""
	extensions string // of the answer; "" for none
	window     int    // see wsConn.window
}

// handshakeError is a violation of RFC 6455 in an opening handshake.
type handshakeError struct {
	Problem  string // for the client
	Versions string // the Sec-WebSocket-Version to answer with, section 4.4; "" for none
}

func (e *handshakeError) Error() string { return "websocket handshake: " + e.Problem }

// checkHandshake checks a client's opening handshake, RFC 6455 section 4.2.1.
// With compress, compression is agreed on if the client offers it. The error,
// if any, is a *handshakeError; the request is still to be answered then.
func checkHandshake(r *http.Request, compress bool) (h wsHandshake, err error) {
	h.key = r.Header.Get("Sec-WebSocket-Key")
	key, err := base64.StdEncoding.DecodeString(h.key)
	version := r.Header.Get("Sec-WebSocket-Version")
	switch {
	case r.Method != http.MethodGet:
		return h, &handshakeError{Problem: "Invalid HTTP method"}
	case !strings.EqualFold(r.Header.Get("Upgrade"), "websocket"):
		return h, &handshakeError{Problem: "Invalid Upgrade header"}
	case err != nil || len(key) != 16:
		return h, &handshakeError{Problem: "Missing or invalid Sec-WebSocket-Key header"}
	case version != "13" && version != "8":
		return h, &handshakeError{Problem: "Missing or invalid Sec-WebSocket-Version header", Versions: "13, 8"}
	}
	var ok bool
	if h.protocol, ok = firstProtocol(r.Header.Values("Sec-WebSocket-Protocol")); !ok {
		return h, &handshakeError{Problem: "Invalid Sec-WebSocket-Protocol header"}
	}
	if compress {
		h.extensions, h.window = agreeOnDeflate(r.Header.Values("Sec-WebSocket-Extensions"))
	}
	return h, nil
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

// answer returns the server's half of the opening handshake, RFC 6455 section
// 4.2.2, with the fields of header behind its own.
func (h *wsHandshake) answer(header http.Header) []byte {
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

// websocketGUID is the constant of RFC 6455 section 1.3.
const websocketGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + websocketGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}
