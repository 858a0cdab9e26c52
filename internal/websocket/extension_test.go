package websocket

import (
	"math"
	"testing"
)

func TestAnswerToOffersOfCompression(t *testing.T) {
	const plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
	for _, row := range []struct {
		name   string
		offers []string
		answer string
		window int
	}{
		{"none", nil, "", 0},
		{"the bare name", []string{"permessage-deflate"}, plain, math.MaxInt},
		{"as browsers offer it", []string{"permessage-deflate; client_max_window_bits"}, plain, math.MaxInt},
		{"a window of the client's", []string{"permessage-deflate; client_max_window_bits=10"}, plain, math.MaxInt},
		{"no context in either direction", []string{"permessage-deflate; server_no_context_takeover; client_no_context_takeover"}, plain, math.MaxInt},
		{"a window for the server", []string{"permessage-deflate; server_max_window_bits=9"}, plain + "; server_max_window_bits=9", 512},
		{"the largest window", []string{"permessage-deflate;server_max_window_bits=15"}, plain + "; server_max_window_bits=15", 1 << 15},
		{"a value in quotes", []string{`permessage-deflate; server_max_window_bits="8"`}, plain + "; server_max_window_bits=8", 256},
		{"the first that can be met", []string{"x-other, permessage-deflate; server_max_window_bits=99, permessage-deflate; server_max_window_bits=12, permessage-deflate"},
			plain + "; server_max_window_bits=12", 4096},
		{"in the second header", []string{"x-other", "permessage-deflate"}, plain, math.MaxInt},
		{"another extension", []string{"x-webkit-deflate-frame"}, "", 0},
		{"a window that is too small", []string{"permessage-deflate; server_max_window_bits=7"}, "", 0},
		{"a window that is too large", []string{"permessage-deflate; client_max_window_bits=16"}, "", 0},
		{"a window with a zero before it", []string{"permessage-deflate; server_max_window_bits=09"}, "", 0},
		{"a window with a sign", []string{"permessage-deflate; server_max_window_bits=+9"}, "", 0},
		{"a window without a value", []string{"permessage-deflate; server_max_window_bits"}, "", 0},
		{"an empty value", []string{"permessage-deflate; client_max_window_bits="}, "", 0},
		{"a value where none belongs", []string{"permessage-deflate; server_no_context_takeover=1"}, "", 0},
		{"a parameter twice", []string{"permessage-deflate; client_max_window_bits; client_max_window_bits=9"}, "", 0},
		{"a parameter that is unknown", []string{"permessage-deflate; level=9"}, "", 0},
		{"what is no list", []string{";;=,,"}, "", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			if answer, window := agreeOnDeflate(row.offers); answer != row.answer || window != row.window {
				t.Errorf("the answer is %q with a window of %d, want %q with %d", answer, window, row.answer, row.window)
			}
		})
	}
}
