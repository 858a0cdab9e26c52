package engine

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

func TestParsedQuery(t *testing.T) {
	for _, row := range []struct {
		name string
		raw  string
		want query
	}{
		{"nothing", "", query{}},
		{"all of them", "EIO=4&transport=polling&sid=abc&j=2&b64=1",
			query{transport: "polling", sid: "abc", revision: "4", j: "2", hasJ: true, b64: true}},
		{"of duplicates the last wins", "transport=a&sid=1&transport=b&sid=2", query{transport: "b", sid: "2"}},
		{"an empty duplicate wins too", "sid=1&sid=", query{}},
		{"escaped names and values", "%74ransport=web%73ocket&sid=a%2Bb+c", query{transport: "websocket", sid: "a+b c"}},
		{"escapes that are none", "sid=%zz", query{sid: "%zz"}},
		{"an equals sign in a value", "sid=a=b", query{sid: "a=b"}},
		{"keys without values", "sid&j&b64&transport", query{hasJ: true}},
		{"names are exact", "Sid=1&TRANSPORT=polling&eio=4", query{}},
		{"separators in excess", "&&sid=1&&", query{sid: "1"}},
		{"a j of zero is there", "j=0", query{j: "0", hasJ: true}},
		{"what the engine does not know", "t=abc&foo=bar", query{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := parseQuery(row.raw); got != row.want {
				t.Errorf("%+v, want %+v", got, row.want)
			}
		})
	}
}

func TestRevisionIs3UnlessTheQuerySays4(t *testing.T) {
	for raw, want := range map[string]packet.Revision{"4": packet.Revision4, "3": packet.Revision3, "": packet.Revision3, "2": packet.Revision3, "5": packet.Revision3, "04": packet.Revision3} {
		if got := (query{revision: raw}).rev(); got != want {
			t.Errorf("EIO=%q asks for revision %d, want %d", raw, got, want)
		}
	}
}

// refused collects the calls of Options.Refused.
type refused struct {
	mu    sync.Mutex
	lines []string
}

func (r *refused) hook(_ *http.Request, code ErrorCode, message string, context map[string]any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%d %s %v", code, message, context))
}

func (r *refused) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { r.lines = nil }()
	return r.lines
}

// checks is a server with sessions on both transports, and what it refused.
type checks struct {
	*fixture
	told             refused
	polling, webSock string // ids
}

func newChecks(t *testing.T) *checks {
	t.Helper()
	c := new(checks)
	opts := options()
	opts.AllowRevision3 = false
	opts.Refused = c.told.hook
	opts.AllowRequest = func(r *http.Request) error {
		if r.Header.Get("X-Refuse") != "" {
			return errors.New(r.Header.Get("X-Refuse"))
		}
		return nil
	}
	c.fixture = serve(t, opts, hooks{})
	p, _ := c.fixture.polling(t)
	_, s := c.fixture.ws(t)
	c.polling, c.webSock = p.SID, s.ID()
	return c
}

// Each row breaks all the rules that are checked behind the one it is about.
func TestRefusedRequest(t *testing.T) {
	c := newChecks(t)
	browser := wiretest.NewBrowser(t, c.addr)
	for _, row := range []struct {
		name   string
		method string
		query  string
		header []string
		status int
		body   string
		told   string
	}{
		{"no transport", "PUT", "sid=x&EIO=9", []string{"X-Refuse", "no"}, 400, `{"code":0,"message":"Transport unknown"}`,
			"0 Transport unknown map[transport:]"},
		{"a transport that does not exist", "PUT", "transport=tcp&sid=x", nil, 400, `{"code":0,"message":"Transport unknown"}`,
			"0 Transport unknown map[transport:tcp]"},
		{"a session that does not exist", "PUT", "transport=polling&sid=nobody", nil, 400, `{"code":1,"message":"Session ID unknown"}`,
			"1 Session ID unknown map[sid:nobody]"},
		{"polling on a session that has a WebSocket", "GET", "transport=polling&EIO=3&sid=" + c.webSock, nil, 400, `{"code":3,"message":"Bad request"}`,
			"3 Bad request map[name:TRANSPORT_MISMATCH previousTransport:websocket transport:polling]"},
		{"websocket without an upgrade on a polling session", "GET", "transport=websocket&EIO=4&sid=" + c.polling, nil, 400, `{"code":3,"message":"Bad request"}`,
			"3 Bad request map[name:TRANSPORT_MISMATCH previousTransport:polling transport:websocket]"},
		{"another revision than the session's", "GET", "transport=polling&EIO=3&sid=" + c.polling, nil, 400, `{"code":3,"message":"Bad request"}`,
			"3 Bad request map[name:PROTOCOL_MISMATCH previousProtocol:4 protocol:3]"},
		{"a handshake that is no GET", "POST", "transport=websocket", []string{"X-Refuse", "no"}, 400, `{"code":2,"message":"Bad handshake method"}`,
			"2 Bad handshake method map[method:POST]"},
		{"a WebSocket handshake without an upgrade", "GET", "transport=websocket", []string{"X-Refuse", "no"}, 400, `{"code":3,"message":"Bad request"}`,
			"3 Bad request map[name:TRANSPORT_HANDSHAKE_ERROR]"},
		{"a handshake that is not allowed", "GET", "transport=polling", []string{"X-Refuse", "not \"you\""}, 403, `{"code":4,"message":"not \"you\""}`,
			`4 Forbidden map[message:not "you"]`},
		{"a revision that is not served", "GET", "transport=polling&EIO=3", nil, 400, `{"code":5,"message":"Unsupported protocol version"}`,
			"5 Unsupported protocol version map[protocol:3]"},
		{"no revision at all", "GET", "transport=polling", nil, 400, `{"code":5,"message":"Unsupported protocol version"}`,
			"5 Unsupported protocol version map[protocol:3]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := browser.Must(t, row.method, "/engine.io/?"+row.query, "", row.header...)
			a.Want(t, row.status, row.body)
			if got := a.Header.Get("Content-Type"); got != "application/json" {
				t.Errorf("content type %q", got)
			}
			if got := c.told.take(); !reflect.DeepEqual(got, []string{row.told}) {
				t.Errorf("told %q, want %q", got, row.told)
			}
		})
	}
}

func TestRefusedUpgrade(t *testing.T) {
	c := newChecks(t)
	for _, row := range []struct {
		name, query, header, body string
	}{
		{"a transport that does not exist", "transport=tcp", "X-A: b", "Transport unknown"},
		{"a session that does not exist", "transport=websocket&EIO=4&sid=nobody", "X-A: b", "Session ID unknown"},
		{"another revision than the session's", "transport=websocket&EIO=3&sid=" + c.polling, "X-A: b", "Bad request"},
		{"a handshake that is not allowed", "transport=websocket&EIO=4", "X-Refuse: go away", "go away"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := raw(t, c.addr, wiretest.Handshake("/engine.io/?"+row.query, row.header))
			want := fmt.Sprintf("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(row.body), row.body)
			if got != want {
				t.Errorf("the answer is %q, want %q", got, want)
			}
		})
	}
}

func TestRevisionThatIsNotServedIsRefusedInsideTheWebSocket(t *testing.T) {
	c := newChecks(t)
	got := raw(t, c.addr, wiretest.Handshake("/engine.io/?EIO=3&transport=websocket"))
	head, rest, _ := strings.Cut(got, "\r\n\r\n")
	if !strings.HasPrefix(head, "HTTP/1.1 101 ") || !strings.HasPrefix(rest, "HTTP/1.1 400 ") || !strings.HasSuffix(rest, "Unsupported protocol version") {
		t.Errorf("the answer is %q", got)
	}
	var told []string
	eventually(t, "Refused is called", func() bool { // after the client
		told = append(told, c.told.take()...)
		return len(told) > 0
	})
	if len(told) != 1 || !strings.HasPrefix(told[0], "5 ") {
		t.Errorf("told %q", told)
	}
}

func TestMalformedOpeningHandshake(t *testing.T) {
	f := serve(t, options(), hooks{})
	good := wiretest.Handshake(target + WebSocket)
	for _, row := range []struct{ name, old, new, want string }{
		{"another protocol than WebSocket", "Upgrade: websocket", "Upgrade: h2c", "Invalid Upgrade header"},
		{"no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "Missing or invalid Sec-WebSocket-Key header"},
		{"a key that is too short", "dGhlIHNhbXBsZSBub25jZQ==", "dGhl", "Missing or invalid Sec-WebSocket-Key header"},
		{"a key that is no base64", "dGhlIHNhbXBsZSBub25jZQ==", "!!!!!!!!!!!!!!!!!!!!!!!!", "Missing or invalid Sec-WebSocket-Key header"},
		{"no version", "Sec-WebSocket-Version: 13\r\n", "", "Missing or invalid Sec-WebSocket-Version header"},
		{"a version that does not exist", "Version: 13", "Version: 14", "Missing or invalid Sec-WebSocket-Version header"},
		{"a subprotocol that is no token", "Version: 13", "Version: 13\r\nSec-WebSocket-Protocol: a b", "Invalid Sec-WebSocket-Protocol header"},
		{"a subprotocol twice", "Version: 13", "Version: 13\r\nSec-WebSocket-Protocol: a, b, a", "Invalid Sec-WebSocket-Protocol header"},
		{"a subprotocol of no name", "Version: 13", "Version: 13\r\nSec-WebSocket-Protocol: a,,b", "Invalid Sec-WebSocket-Protocol header"},
	} {
		t.Run(row.name, func(t *testing.T) {
			request := strings.Replace(good, row.old, row.new, 1)
			if request == good {
				t.Fatal("the row changes nothing")
			}
			got := raw(t, f.addr, request)
			if !strings.HasPrefix(got, "HTTP/1.1 400 ") || !strings.HasSuffix(got, "\r\n\r\n"+row.want) {
				t.Errorf("the answer is %q, want 400 and %q", got, row.want)
			}
			if strings.Contains(got, "\r\nSec-WebSocket-Version: 13, 8\r\n") != strings.HasSuffix(row.want, "-Version header") {
				t.Errorf("the versions that are served stand in %q", got)
			}
		})
	}
	eventually(t, "no session is left behind", func() bool { return f.Count() == 0 })
}

func TestAnswerToTheOpeningHandshake(t *testing.T) {
	f := serve(t, options(), hooks{})
	w := wiretest.Dial(t, f.addr, target+WebSocket, "Sec-WebSocket-Protocol: first, second", "Sec-WebSocket-Extensions: permessage-deflate")
	for name, want := range map[string]string{
		"Upgrade": "websocket", "Connection": "Upgrade",
		"Sec-Websocket-Accept":     "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", // of the key in RFC 6455 section 1.3
		"Sec-Websocket-Protocol":   "first",
		"Sec-Websocket-Extensions": "",
	} {
		if got := w.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
