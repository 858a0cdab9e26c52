package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestBinaryEvent(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t,
			text(`452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`),
			c.attachment("\x01\x02\x03"), c.attachment("\x04\x05\x06"))
		c.want(t,
			text(`452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]`),
			c.attachment("\x01\x02\x03"), c.attachment("\x04\x05\x06"))
	})
}

func TestBinaryEventsByMeaning(t *testing.T) {
	t.Parallel()
	const p0, p1 = `{"_placeholder":true,"num":0}`, `{"_placeholder":true,"num":1}`
	const a, b = `{"binary":"YQ=="}`, `{"binary":"Yg=="}`
	for _, tc := range []struct {
		name, sent  string
		attachments []string
		back        string
	}{
		{"at any depth", `451-["message",{"x":[` + p0 + `]}]`, []string{"a"}, `45-["message-back",{"x":[` + a + `]}]`},
		{"in another order", `452-["message",` + p1 + `,` + p0 + `]`, []string{"a", "b"}, `45-["message-back",` + b + `,` + a + `]`},
		{"used twice", `451-["message",` + p0 + `,` + p0 + `]`, []string{"a"}, `45-["message-back",` + a + `,` + a + `]`},
		{"one of them unused", `452-["message",` + p1 + `]`, []string{"a", "b"}, `45-["message-back",` + b + `]`},
		{"beside other values", `451-["message",1,` + p0 + `,"2"]`, []string{"a"}, `45-["message-back",1,` + a + `,"2"]`},
		{"keys in another order", `451-["message",{"num":0,"_placeholder":true}]`, []string{"a"}, `45-["message-back",` + a + `]`},
		{"an empty attachment", `451-["message",` + p0 + `]`, []string{""}, `45-["message-back",{"binary":""}]`},
		{"white space in the payload", `451-[ "message" , { "_placeholder" : true , "num" : 0 } ]`, []string{"a"}, `45-["message-back",` + a + `]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				c := join(t, protocolURL, rev)
				c.send(t, text(tc.sent))
				for _, data := range tc.attachments {
					c.send(t, c.attachment(data))
				}
				c.wantPacket(t, tc.back)
			})
		})
	}
}

// binaryEvent is an event with n attachments, each of one byte.
func (c *client) binaryEvent(n int) []message {
	packet := fmt.Sprintf(`45%d-["message"`, n)
	var attachments []message
	for i := range n {
		packet += fmt.Sprintf(`,{"_placeholder":true,"num":%d}`, i)
		attachments = append(attachments, c.attachment(string(rune('a'+i))))
	}
	return append([]message{text(packet + "]")}, attachments...)
}

func TestUpToTenAttachments(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t, c.binaryEvent(10)...)
		if got := c.nextPacket(t); strings.Count(got, `"binary"`) != 10 {
			t.Errorf("got %q, want ten attachments", got)
		}
		c.sendFrames(frame{opcode: opText, payload: c.binaryEvent(11)[0].data})
		c.wantClose(t, closeNoCode)
	})
}

func TestBrokenBinaryEventsCloseTheConnection(t *testing.T) {
	t.Parallel()
	const event = `451-["message",{"_placeholder":true,"num":0}]`
	for _, tc := range []struct {
		name, sent string
		then       []string // attachments, or text where it begins with "text:"
	}{
		{"text in the place of an attachment", event, []string{`text:42["message",1]`}},
		{"another binary event in the place of an attachment", event, []string{"text:" + event}},
		{"a placeholder beyond the last attachment", `451-["message",{"_placeholder":true,"num":1}]`, []string{"a"}},
		{"a placeholder before the first", `451-["message",{"_placeholder":true,"num":-1}]`, []string{"a"}},
		{"a placeholder whose number is a string", `451-["message",{"_placeholder":true,"num":"0"}]`, []string{"a"}},
		{"a placeholder without number", `451-["message",{"_placeholder":true}]`, []string{"a"}},
		{"an attachment that nobody announced", `42["other"]`, []string{"a"}},
		{"one attachment too many", event, []string{"a", "b"}},
		{"no attachment at all", `450-["message"]`, nil},
		{"a count that is negative", `45-1-["message"]`, nil},
		{"a count that is no number", `45x-["message"]`, nil},
		{"a count without its dash", `451["message"]`, nil},
		{"a fraction of an attachment", `451.5-["message"]`, nil},
		{"a reserved name", `451-["connect",{"_placeholder":true,"num":0}]`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				c := join(t, protocolURL, rev)
				c.send(t, text(tc.sent))
				for _, data := range tc.then {
					m := c.attachment(data)
					if data, isText := strings.CutPrefix(data, "text:"); isText {
						m = text(data)
					}
					c.send(t, m)
				}
				c.wantClose(t, closeNoCode)
			})
		})
	}
}

func TestBinaryEventOverPolling(t *testing.T) {
	t.Parallel()
	const event = `451-["message",{"_placeholder":true,"num":0}]`
	const back = `451-["message-back",{"_placeholder":true,"num":0}]`
	t.Run("revision 4", func(t *testing.T) {
		t.Parallel()
		s := openPolling(t, protocolURL, endpoint{socketPath, revision4}, "")
		s.greet(t)
		s.post(t, event, "bAQID").want(t, http.StatusOK, "ok")
		s.want(t, back, "bAQID")
	})
	t.Run("revision 3 in base64", func(t *testing.T) {
		t.Parallel()
		s := openPolling(t, protocolURL, endpoint{socketPath, revision3}, "&b64=1")
		s.greet(t)
		s.post(t, event, "b4AQID").want(t, http.StatusOK, "ok")
		s.want(t, back, "b4AQID")
	})
	t.Run("revision 3 in bytes", func(t *testing.T) {
		t.Parallel()
		s := openPolling(t, protocolURL, endpoint{socketPath, revision3}, "")
		s.greet(t)
		const attachment = "\x01\x04\xFF\x04\x01\x02\x03"
		s.push.do(t, "POST", s.target(), bytesBody(), stringPacket(event)+attachment).want(t, http.StatusOK, "ok")
		s.get(t).want(t, http.StatusOK, stringPacket(back)+attachment)
	})
}
