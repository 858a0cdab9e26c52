package conformance

import (
	"strings"
	"testing"
	"time"
)

const (
	event     = `42["offer",1]`
	eventRest = `"offer",1]`
)

// brokenFrames are sent by a client that has joined; each closes its connection
// with the code that RFC 6455 has for it.
var brokenFrames = []struct {
	name   string
	frames []frame
	code   int
}{
	{"RSV1 without an extension", []frame{{opcode: opText, payload: event, reserved: 4}}, closeProtocol},
	{"RSV2", []frame{{opcode: opText, payload: event, reserved: 2}}, closeProtocol},
	{"RSV3", []frame{{opcode: opText, payload: event, reserved: 1}}, closeProtocol},
	{"a reserved data opcode", []frame{{opcode: 0x3, payload: event}}, closeProtocol},
	{"a reserved control opcode", []frame{{opcode: 0xB, payload: "x"}}, closeProtocol},
	{"no mask", []frame{{opcode: opText, payload: event, unmasked: true}}, closeProtocol},
	{"a ping without mask", []frame{{opcode: opPing, unmasked: true}}, closeProtocol},
	{"a continuation of nothing", []frame{{opcode: opContinuation, payload: event}}, closeProtocol},
	{"a message inside a message", []frame{{opcode: opText, payload: "42[", more: true}, {opcode: opText, payload: event}}, closeProtocol},
	{"a message after its last fragment was missing", []frame{{opcode: opText, payload: "42[", more: true}, {opcode: opBinary, payload: "x", more: true}}, closeProtocol},
	{"a ping in fragments", []frame{{opcode: opPing, payload: "x", more: true}}, closeProtocol},
	{"a close in fragments", []frame{{opcode: opClose, more: true}}, closeProtocol},
	{"a ping of 126 bytes", []frame{{opcode: opPing, payload: strings.Repeat("x", 126)}}, closeProtocol},
	{"a close of one byte", []frame{{opcode: opClose, payload: "x"}}, closeProtocol},
	{"the close code 999", []frame{{opcode: opClose, payload: "\x03\xE7"}}, closeProtocol},
	{"the close code 1004", []frame{{opcode: opClose, payload: "\x03\xEC"}}, closeProtocol},
	{"the close code 1005", []frame{{opcode: opClose, payload: "\x03\xED"}}, closeProtocol},
	{"the close code 1006", []frame{{opcode: opClose, payload: "\x03\xEE"}}, closeProtocol},
	{"the close code 1015", []frame{{opcode: opClose, payload: "\x03\xF7"}}, closeProtocol},
	{"the close code 5000", []frame{{opcode: opClose, payload: "\x13\x88"}}, closeProtocol},
	{"a close reason that is not UTF-8", []frame{{opcode: opClose, payload: "\x03\xE8\xFF"}}, closeInvalid},
	{"text that is not UTF-8", []frame{{opcode: opText, payload: "42[\"offer\",\"\xFF\"]"}}, closeInvalid},
	{"text that ends inside a character", []frame{{opcode: opText, payload: "42[\"offer\",\"\xE2\x82"}}, closeInvalid},
	{"a surrogate in UTF-8", []frame{{opcode: opText, payload: "42[\"offer\",\"\xED\xA0\x80\"]"}}, closeInvalid},
	{"an overlong character", []frame{{opcode: opText, payload: "42[\"offer\",\"\xC0\x80\"]"}}, closeInvalid},
	{"one byte over the limit", []frame{{opcode: opText, payload: strings.Repeat("4", maxPayload+1)}}, closeTooBig},
	{"binary over the limit", []frame{{opcode: opBinary, payload: strings.Repeat("4", maxPayload+1)}}, closeTooBig},
	{"a length over the limit without the data", []frame{{opcode: opText, claim: maxPayload + 1}}, closeTooBig},
	{"a length of 2^53", []frame{{opcode: opText, claim: 1 << 53}}, closeTooBig},
	{"a length of 2^63", []frame{{opcode: opText, claim: 1 << 63}}, closeTooBig},
	{"a length of 2^64-1", []frame{{opcode: opText, claim: 1<<64 - 1}}, closeTooBig},
	{"fragments that are over the limit together", []frame{
		{opcode: opText, payload: strings.Repeat("4", maxPayload/2), more: true},
		{opcode: opContinuation, payload: strings.Repeat("4", maxPayload/2+1), more: true},
	}, closeTooBig},
	{"16,385 fragments", fragments(16_385), closePolicy},
}

// fragments is a message of n fragments of which none is the last.
func fragments(n int) []frame {
	list := []frame{{opcode: opText, payload: "4", more: true}}
	for range n - 1 {
		list = append(list, frame{opcode: opContinuation, more: true})
	}
	return list
}

func TestBrokenFrames(t *testing.T) {
	others := watch(t)
	for _, row := range brokenFrames {
		t.Run(row.name, func(t *testing.T) {
			c := join(t, serverURL, revision4)
			c.sendFrames(row.frames...)
			c.wantClose(t, row.code)
			others.exchange(t)
		})
	}
}

func TestContinuationAfterTheLastFragment(t *testing.T) {
	others := watch(t)
	c := join(t, serverURL, revision4)
	c.sendFrames(
		frame{opcode: opText, payload: "42[", more: true},
		frame{opcode: opContinuation, payload: eventRest},
		frame{opcode: opContinuation, payload: "x"})
	c.wantClose(t, closeProtocol)
	others.hear(t, event)
	others.exchange(t)
}

// unusualFrames are correct, though no client of Socket.IO sends them.
var unusualFrames = []struct {
	name    string
	frames  []frame
	relayed []string
}{
	{"fragments", []frame{
		{opcode: opText, payload: "42[", more: true},
		{opcode: opContinuation, more: true},
		{opcode: opContinuation, payload: eventRest},
	}, []string{event}},
	{"a pong that nobody waits for, between fragments", []frame{
		{opcode: opText, payload: "42[", more: true},
		{opcode: opPong, payload: "unasked"},
		{opcode: opContinuation, payload: eventRest},
	}, []string{event}},
	{"fragments that divide a character", []frame{
		{opcode: opText, payload: "42[\"offer\",\"\xE2", more: true},
		{opcode: opContinuation, payload: "\x82\xAC\"]"},
	}, []string{`42["offer","€"]`}},
	{"a length of 16 bits where 7 would do", []frame{{opcode: opText, payload: event, wideLength: 16}}, []string{event}},
	{"a length of 64 bits where 7 would do", []frame{{opcode: opText, payload: event, wideLength: 64}}, []string{event}},
	{"two messages in one write", []frame{{opcode: opText, payload: event}, {opcode: opText, payload: event}}, []string{event, event}},
}

func TestUnusualFrames(t *testing.T) {
	others := watch(t)
	for _, row := range unusualFrames {
		t.Run(row.name, func(t *testing.T) {
			c := join(t, serverURL, revision4)
			c.sendFrames(row.frames...)
			others.wantOpen(t, c, row.relayed...)
			others.exchange(t)
		})
	}
}

func TestPongsCarryThePayloadOfThePing(t *testing.T) {
	others := watch(t)
	c := join(t, serverURL, revision4)
	for _, payload := range []string{"", "x", strings.Repeat("y", 125), "\xFF\x00"} {
		c.wantPong(t, payload)
	}
	others.wantOpen(t, c)
}

func TestCloseFramesAreEchoed(t *testing.T) {
	others := watch(t)
	for _, tc := range []struct {
		name, payload string
		want          closing
	}{
		{"no code", "", closing{closeNoCode, ""}},
		{"a normal end", "\x03\xE8", closing{closeNormal, ""}},
		{"a page that is left", "\x03\xE9", closing{1001, ""}},
		{"a code and a reason", "\x03\xE8bye €", closing{closeNormal, "bye €"}},
		{"a code of the application", "\x0F\xA0", closing{4000, ""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := join(t, serverURL, revision4)
			c.sendFrames(frame{opcode: opClose, payload: tc.payload}, frame{opcode: opText, payload: event})
			if got := c.wantClose(t, tc.want.code); got != tc.want {
				t.Errorf("closed with %v, want %v", got, tc.want)
			}
			others.exchange(t)
		})
	}
}

func TestAPingBetweenFragmentsIsAnsweredAtOnce(t *testing.T) {
	others := watch(t)
	c := join(t, serverURL, revision4)
	c.sendFrames(frame{opcode: opText, payload: "42[", more: true})
	c.wantPong(t, "in between")
	c.sendFrames(frame{opcode: opContinuation, payload: eventRest})
	others.wantOpen(t, c, event)
}

func TestAMessageMayArriveByteByByte(t *testing.T) {
	others := watch(t)
	c := join(t, serverURL, revision4)
	for _, b := range (frame{opcode: opText, payload: event}).bytes() {
		if _, err := c.conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	others.wantOpen(t, c, event)
}

func TestAConnectionMayBreakAnywhere(t *testing.T) {
	others := watch(t)
	whole := frame{opcode: opText, payload: `42["offer","` + strings.Repeat("x", 300) + `"]`}.bytes()
	for _, at := range []int{1, 2, 3, 6, 9, 100, len(whole) - 1} {
		c := join(t, serverURL, revision4)
		if _, err := c.conn.Write(whole[:at]); err != nil {
			t.Fatal(err)
		}
		c.conn.Close()
		others.exchange(t)
	}
}

// While a WebSocket is only probed, what is wrong with it leaves the session
// on polling alone.
func TestBrokenFrameDuringTheProbe(t *testing.T) {
	others := watch(t)
	for _, row := range brokenFrames {
		t.Run(row.name, func(t *testing.T) {
			s, id := joinPolling(t, revision4)
			ws := dialWebSocket(t, s.base, s.webSocket(), nil)
			ws.sendFrames(row.frames...)
			ws.wantClose(t, row.code)
			others.a.send(t, messageTo(id, "still on polling"))
			s.want(t, `42["message","still on polling"]`)
			others.exchange(t)
		})
	}
}

func TestGarbageInPlaceOfHTTP(t *testing.T) {
	others := watch(t)
	for name, garbage := range map[string]string{
		"no HTTP at all":       "\x16\x03\x01\x02\x00\x01\x00",
		"a line of garbage":    "GARBAGE\r\n\r\n",
		"a negative length":    "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"two lengths":          "POST /socket.io/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"a header without end": "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nX: " + strings.Repeat("y", 2<<20),
		"a broken escape":      "GET /socket.io/?EIO=4&transport=polling&sid=%zz&%= HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := newHTTPConn(t, serverURL)
			c.dial(t)
			_, _ = c.conn.Write([]byte(garbage)) // the server may hang up in the middle
			others.exchange(t)
		})
	}
}
