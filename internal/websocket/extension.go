package websocket

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// The compression of messages is permessage-deflate, RFC 7692. Each message is
// compressed by itself, in both directions: a context that lives from one to the
// next takes some 40 KB a connection, and a frame compressed in it could serve
// one receiver only.
const (
	deflateName   = "permessage-deflate"
	deflateAnswer = deflateName + "; " + serverNoContext + "; " + clientNoContext

	serverNoContext = "server_no_context_takeover"
	clientNoContext = "client_no_context_takeover"
	serverWindow    = "server_max_window_bits"
	clientWindow    = "client_max_window_bits"

	maxWindowBits = 15
	minWindowBits = 8
)

// agreeOnDeflate returns the answer to the first offer in the values of
// Sec-WebSocket-Extensions that can be met, and the length up to which messages
// may be compressed. Without a context no reference in a message reaches back
// further than its beginning, so that one no longer than the client's window
// needs no other care. Without such an offer the window is 0.
func agreeOnDeflate(offers []string) (answer string, window int) {
	for _, line := range offers {
		for offer := range strings.SplitSeq(line, ",") {
			if bits, ok := parseDeflateOffer(offer); ok {
				return answerDeflate(bits)
			}
		}
	}
	return "", 0
}

func answerDeflate(bits int) (answer string, window int) {
	if bits == 0 {
		return deflateAnswer, math.MaxInt // no reference reaches back further than 32 KB, the largest window
	}
	return deflateAnswer + "; " + serverWindow + "=" + strconv.Itoa(bits), 1 << bits
}

// parseDeflateOffer returns the window that the client wants of the server,
// RFC 7692 section 7.1.2.1, in bits; 0 if it names none. It reports false for
// another extension, and for parameters that are unknown, given twice or out of
// range: section 7.1 has such offers declined.
func parseDeflateOffer(offer string) (bits int, ok bool) {
	parts := strings.Split(offer, ";")
	if strings.TrimSpace(parts[0]) != deflateName {
		return 0, false
	}
	var seen []string
	for _, part := range parts[1:] {
		name, value, hasValue := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)
		if slices.Contains(seen, name) {
			return 0, false
		}
		seen = append(seen, name)
		switch name {
		case serverNoContext, clientNoContext:
			ok = !hasValue
		case serverWindow:
			bits, ok = parseWindow(value)
		case clientWindow: // any size is fine: the decompressor has the largest
			_, ok = parseWindow(value)
			ok = ok || !hasValue
		default:
			ok = false
		}
		if !ok {
			return 0, false
		}
	}
	return bits, true
}

// parseWindow returns the value of a parameter about a window.
func parseWindow(value string) (bits int, ok bool) {
	bits, err := strconv.Atoi(value)
	if err != nil || bits < minWindowBits || bits > maxWindowBits || value[0] == '0' || value[0] == '+' {
		return 0, false
	}
	return bits, true
}
