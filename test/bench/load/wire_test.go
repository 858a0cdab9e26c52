//go:build linux

package load

import (
	"bytes"
	"testing"
	"time"
)

func TestFramesOfEveryLength(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 125, 126, 65535, 65536, 70001} {
		payload := bytes.Repeat([]byte("abcdefg"), n/7+1)[:n]
		sent := appendFrame(nil, opText, payload)
		// What a client sends is masked; take the mask off as a server does.
		head := len(sent) - n
		mask(sent[head:])
		copy(sent[head-4:], sent[head:])
		sent = sent[:len(sent)-4]
		sent[1] &^= 0x80
		f, size, err := parseFrame(sent)
		if err != nil || size != len(sent) || !f.final || f.op != opText || !bytes.Equal(f.payload, payload) {
			t.Errorf("%d bytes: got %d of %d, op %d, final %v, %v", n, size, len(sent), f.op, f.final, err)
		}
		for cut := range min(len(sent), 12) {
			if _, size, err := parseFrame(sent[:cut]); size != 0 || err != nil {
				t.Errorf("%d bytes cut off after %d: size %d, %v", n, cut, size, err)
			}
		}
	}
}

func TestParseFrameRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"a masked frame":      {0x81, 0x81, 0, 0, 0, 0, 'a'},
		"a reserved bit":      {0xc1, 1, 'a'},
		"compressed contents": {0xc2, 0},
	} {
		if _, _, err := parseFrame(b); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestParseResponse(t *testing.T) {
	const next = "HTTP/1.1 200 OK\r\n"
	tests := []struct {
		name, response string
		status         int
		body           string
		used           int // short of all, if not 0
		fails          bool
	}{
		{name: "with a length", response: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok"},
		{name: "with a header in lower case", response: "HTTP/1.1 400 Bad Request\r\ncontent-length:3\r\n\r\nbad", status: 400, body: "bad"},
		{name: "in chunks", response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n", status: 200, body: "abc0123456789"},
		{name: "with the next one behind it", response: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + next, status: 200, body: "ok", used: 40},
		{name: "without all of its head", response: "HTTP/1.1 200 OK\r\nContent-Le"},
		{name: "without all of its body", response: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"},
		{name: "without the last chunk", response: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"},
		{name: "without a length", response: "HTTP/1.1 200 OK\r\n\r\nok", fails: true},
		{name: "that is none", response: "GET / HTTP/1.1\r\n\r\n", fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body, used, err := parseResponse([]byte(tt.response))
			if (err != nil) != tt.fails {
				t.Fatalf("error is %v", err)
			}
			want := tt.used
			if want == 0 && tt.status != 0 {
				want = len(tt.response)
			}
			if used != want {
				t.Fatalf("used %d, want %d", used, want)
			}
			if used > 0 && (status != tt.status || string(body) != tt.body) {
				t.Errorf("got %d %q, want %d %q", status, body, tt.status, tt.body)
			}
		})
	}
}

func TestReconnectDelay(t *testing.T) {
	for attempts, limits := range map[int][2]time.Duration{
		0:   {500 * time.Millisecond, 1500 * time.Millisecond},
		1:   {time.Second, 3 * time.Second},
		2:   {2 * time.Second, 5 * time.Second},
		3:   {4 * time.Second, 5 * time.Second},
		100: {5 * time.Second, 5 * time.Second},
	} {
		for range 1000 {
			if d := reconnectDelay(attempts); d < limits[0] || d > limits[1] {
				t.Fatalf("after %d attempts: %v, want between %v and %v", attempts, d, limits[0], limits[1])
			}
		}
	}
}
