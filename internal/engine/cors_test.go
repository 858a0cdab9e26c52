package engine

import (
	"net/http"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

// corsHeaders returns the headers that CORS sets, one line each.
func corsHeaders(h http.Header) string {
	var lines []string
	for _, name := range []string{
		"Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods",
		"Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Vary",
	} {
		if v := h.Values(name); len(v) > 0 {
			lines = append(lines, strings.TrimPrefix(name, "Access-Control-")+": "+strings.Join(v, " | "))
		}
	}
	return strings.Join(lines, "\n")
}

func TestCORSHeaders(t *testing.T) {
	one := &CORS{Allow: func(string) string { return "https://one.example" }}
	some := &CORS{Allow: func(origin string) string {
		if strings.HasSuffix(origin, ".example") {
			return origin
		}
		return ""
	}, Credentials: true, ExposedHeaders: "X-A,X-B"}
	echo := &CORS{Credentials: true}
	for _, row := range []struct {
		name   string
		cors   *CORS
		method string
		header []string
		status int
		want   string
	}{
		{"any origin", &CORS{Any: true}, "GET", []string{"Origin", "https://a.example"}, 200, "Allow-Origin: *"},
		{"the origin comes back with credentials", echo, "GET", []string{"Origin", "https://a.example"}, 200,
			"Allow-Origin: https://a.example\nAllow-Credentials: true\nVary: Origin"},
		{"a request without an origin", echo, "GET", nil, 200, "Allow-Credentials: true\nVary: Origin"},
		{"one origin, for a request from any", one, "GET", []string{"Origin", "https://a.example"}, 200,
			"Allow-Origin: https://one.example\nVary: Origin"},
		{"an origin that is allowed", some, "GET", []string{"Origin", "https://a.example"}, 200,
			"Allow-Origin: https://a.example\nAllow-Credentials: true\nExpose-Headers: X-A,X-B\nVary: Origin"},
		{"an origin that is not", some, "GET", []string{"Origin", "https://a.test"}, 200,
			"Allow-Credentials: true\nExpose-Headers: X-A,X-B\nVary: Origin"},
		{"an error answer", echo, "DELETE", []string{"Origin", "https://a.example"}, 400,
			"Allow-Origin: https://a.example\nAllow-Credentials: true\nVary: Origin"},
		{"a preflight request", echo, "OPTIONS", []string{"Origin", "https://a.example", "Access-Control-Request-Headers", "X-Q, content-type"}, 204,
			"Allow-Origin: https://a.example\nAllow-Credentials: true\nAllow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\n" +
				"Allow-Headers: X-Q, content-type\nVary: Origin, Access-Control-Request-Headers"},
		{"a preflight request without headers", &CORS{Any: true}, "OPTIONS", nil, 204,
			"Allow-Origin: *\nAllow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\nVary: Access-Control-Request-Headers"},
		{"a preflight request with settings of its own", &CORS{Any: true, Methods: "GET", AllowedHeaders: "X-Only", MaxAge: "60", SuccessStatus: 200}, "OPTIONS",
			[]string{"Access-Control-Request-Headers", "X-Q"}, 200,
			"Allow-Origin: *\nAllow-Methods: GET\nAllow-Headers: X-Only\nMax-Age: 60"},
		{"a preflight request that goes on", &CORS{Any: true, Continue: true}, "OPTIONS", nil, 400,
			"Allow-Origin: *\nAllow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\nVary: Access-Control-Request-Headers"},
		{"no settings at all", nil, "GET", []string{"Origin", "https://a.example"}, 200, ""},
		{"a preflight request without settings", nil, "OPTIONS", []string{"Origin", "https://a.example"}, 400, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			opts.CORS = row.cors
			f := serve(t, opts, hooks{})
			a := wiretest.NewBrowser(t, f.addr).Must(t, row.method, target+Polling, "", row.header...)
			if a.Status != row.status {
				t.Errorf("status %d, want %d", a.Status, row.status)
			}
			if got := corsHeaders(a.Header); got != row.want {
				t.Errorf("headers:\n%s\nwant:\n%s", got, row.want)
			}
		})
	}
}

func TestCORSHeadersOfTheOpeningHandshake(t *testing.T) {
	opts := options()
	opts.CORS = &CORS{Credentials: true}
	f := serve(t, opts, hooks{})
	w := wiretest.Dial(t, f.addr, target+WebSocket, "Origin: https://a.example")
	want := "Allow-Origin: https://a.example\nAllow-Credentials: true\nVary: Origin"
	if got := corsHeaders(w.Header); got != want {
		t.Errorf("headers:\n%s\nwant:\n%s", got, want)
	}
}

func TestPreflightIsNoHandshake(t *testing.T) {
	opts := options()
	opts.CORS = &CORS{Any: true}
	f := serve(t, opts, hooks{opened: func(*Session) { t.Error("a session was opened") }})
	wiretest.NewBrowser(t, f.addr).Must(t, "OPTIONS", target+Polling, "").Want(t, 204, "")
}

func TestPreflightThatAsksForAnUpgradeIsDropped(t *testing.T) {
	opts := options()
	opts.CORS = &CORS{Any: true}
	f := serve(t, opts, hooks{})
	request := strings.Replace(wiretest.Handshake(target+WebSocket), "GET ", "OPTIONS ", 1)
	if got := raw(t, f.addr, request); got != "" {
		t.Errorf("the answer is %q, want the end of the connection", got)
	}
}
