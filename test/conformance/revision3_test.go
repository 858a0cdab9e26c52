package conformance

import (
	"net/http"
	"strconv"
	"testing"
)

// openPolling3 opens a session of revision 3 on polling. extra is added to the
// query of the handshake ("&b64=1"); what it says holds for the whole session.
func openPolling3(t *testing.T, extra string) *pollSession {
	t.Helper()
	return openPolling(t, protocolURL, endpoint{enginePath, revision3}, extra)
}

// bytesBody is the content type of a binary payload.
func bytesBody() http.Header {
	return http.Header{"Content-Type": {"application/octet-stream"}}
}

// stringPacket frames a text packet in a binary payload: the length's decimal
// digits as bytes between a 0 and a 0xFF.
func stringPacket(packet string) string {
	head := "\x00"
	for _, digit := range strconv.Itoa(len(packet)) {
		head += string(digit - '0')
	}
	return head + "\xFF" + packet
}

func TestLengthsOfRevision3CountUTF16Units(t *testing.T) {
	t.Parallel()
	s := openPolling3(t, "")
	body := "2:4€" + "3:4\U0001F600" + "3:4e\u0301"
	s.postBody(t, body).want(t, http.StatusOK, "ok")
	s.get(t).want(t, http.StatusOK, body)
}

func TestEmptyPacketsOfRevision3AreSkipped(t *testing.T) {
	t.Parallel()
	s := openPolling3(t, "")
	s.postBody(t, "0:6:4hello0:").want(t, http.StatusOK, "ok")
	s.get(t).want(t, http.StatusOK, "6:4hello")
}

func TestBase64OfRevision3(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, extra, sent, want, contentType string }{
		{
			"b64=1 keeps binary in text", "&b64=1",
			"6:4hello10:b4AQIDBA==", "6:4hello10:b4AQIDBA==", "text/plain; charset=UTF-8",
		},
		{
			"without it the answer is a binary payload", "",
			"6:4hello10:b4AQIDBA==", "\x00\x06\xFF4hello\x01\x05\xFF\x04\x01\x02\x03\x04", "application/octet-stream",
		},
		{
			"a batch without binary stays text", "",
			"6:4hello2:4€", "6:4hello2:4€", "text/plain; charset=UTF-8",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := openPolling3(t, tc.extra)
			s.postBody(t, tc.sent).want(t, http.StatusOK, "ok")
			res := s.get(t)
			res.want(t, http.StatusOK, tc.want)
			res.wantHeader(t, "Content-Type", tc.contentType)
		})
	}
}

func TestBinaryPayloadsOfRevision3(t *testing.T) {
	t.Parallel()
	thirteen := "abcdefghijkl"
	for _, tc := range []struct{ name, sent, want string }{
		{"one text packet", "\x00\x06\xFF4hello", "6:4hello"},
		{"a length of two digits", "\x00\x01\x03\xFF4" + thirteen, "13:4" + thirteen},
		{"one binary packet", "\x01\x04\xFF\x04\x01\x02\x03", "\x01\x04\xFF\x04\x01\x02\x03"},
		{"an empty binary message", "\x01\x01\xFF\x04", "\x01\x01\xFF\x04"},
		{"a separator inside binary data", "\x01\x03\xFF\x04\xFF\xFF", "\x01\x03\xFF\x04\xFF\xFF"},
		{
			// The document of revision 3 has this one as its example.
			"strings are UTF-8 and counted in bytes",
			"\x00\x04\xFF4\xE2\x82\xAC\x01\x05\xFF\x04\x01\x02\x03\x04",
			"\x00\x04\xFF4\xE2\x82\xAC\x01\x05\xFF\x04\x01\x02\x03\x04",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := openPolling3(t, "")
			s.push.do(t, "POST", s.target(), bytesBody(), tc.sent).want(t, http.StatusOK, "ok")
			s.get(t).want(t, http.StatusOK, tc.want)
		})
	}
}

func TestBinaryOverWebSocketOfRevision3CarriesItsType(t *testing.T) {
	t.Parallel()
	ws := openWebSocket(t, protocolURL, endpoint{enginePath, revision3}, "")
	ws.send(t, text("b4AQID"), binaryOf(4), binaryOf(4, 9, 9))
	ws.want(t, binaryOf(4, 1, 2, 3), binaryOf(4), binaryOf(4, 9, 9))
}

func TestBase64OverWebSocket(t *testing.T) {
	t.Parallel()
	for rev, want := range map[revision]message{revision4: text("bAQID"), revision3: text("b4AQID")} {
		ws := openWebSocket(t, protocolURL, endpoint{enginePath, rev}, "&b64=1")
		ws.send(t, map[revision]message{revision4: binaryOf(1, 2, 3), revision3: binaryOf(4, 1, 2, 3)}[rev])
		ws.want(t, want)
	}
}

func TestBase64TextOverWebSocketOfRevision4(t *testing.T) {
	t.Parallel()
	ws := openWebSocket(t, protocolURL, endpoint{enginePath, revision4}, "")
	ws.send(t, text("bAQID"), text("bAQIDBA=="), text("b"))
	ws.want(t, binaryOf(1, 2, 3), binaryOf(1, 2, 3, 4), binaryOf())
}
