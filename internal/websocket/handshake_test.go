package websocket

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
)

// opening returns an opening handshake with the key of RFC 6455 section 1.3.
func opening() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for name, value := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "first, second",
		"Sec-WebSocket-Extensions": "permessage-deflate",
	} {
		r.Header.Set(name, value)
	}
	return r
}

func TestAnswer(t *testing.T) {
	const begin = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: first\r\n"
	const extension = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
	for _, row := range []struct {
		name     string
		compress bool
		want     string
		window   int
	}{
		{"with compression", true, begin + extension + "X-Ours: 1\r\n\r\n", math.MaxInt},
		{"without compression", false, begin + "X-Ours: 1\r\n\r\n", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			h, err := CheckHandshake(opening(), row.compress)
			if err != nil || h.Window != row.window {
				t.Fatalf("window of %d, %v, want %d", h.Window, err, row.window)
			}
			if got := string(h.Answer(http.Header{"X-Ours": {"1"}})); got != row.want {
				t.Errorf("the answer is %q, want %q", got, row.want)
			}
		})
	}
}

func TestHandshakeThatIsRefused(t *testing.T) {
	for _, row := range []struct {
		name, field, value string
		versions           string
	}{
		{"another protocol", "Upgrade", "h2c", ""},
		{"a key of 15 bytes", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAA", ""},
		{"a key that is not base64", "Sec-WebSocket-Key", "!", ""},
		{"a version that does not exist", "Sec-WebSocket-Version", "14", "13, 8"},
		{"no version", "Sec-WebSocket-Version", "", "13, 8"},
		{"a subprotocol twice", "Sec-WebSocket-Protocol", "a, b, a", ""},
		{"a subprotocol that is no token", "Sec-WebSocket-Protocol", "a b", ""},
		{"a subprotocol without a name", "Sec-WebSocket-Protocol", "a,,b", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := opening()
			r.Header.Set(row.field, row.value)
			_, err := CheckHandshake(r, true)
			var refused *HandshakeError
			if !errors.As(err, &refused) || refused.Versions != row.versions {
				t.Errorf("error %+v, want one with versions %q", err, row.versions)
			}
		})
	}
}
