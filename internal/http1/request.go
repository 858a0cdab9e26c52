package http1

import (
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// The requests that are read here are GET and POST of a path with a handler, in
// HTTP/1.1, with nothing in them that the engine's clients have no reason to
// send. All others, and malformed ones, are left to net/http with the connection
// they came on: what is read here, net/http would read alike. RFC 9112 and 9110
// are cited by section.

var headEnd = []byte("\r\n\r\n")

// parseHead reads the head of the request that b begins with. It returns the
// request without its body, its handler and the size of the head. r and h are nil
// if the request is for net/http, or if its head has not all come and may still
// be one that is read here: then more is true. The request shares no memory with
// b.
func (s *Server) parseHead(b []byte) (r *http.Request, h http.Handler, head int, more bool) {
	end := bytes.Index(b, headEnd)
	if end < 0 || end > s.opts.HeaderBytes {
		return nil, nil, 0, end < 0 && len(b) < s.opts.HeaderBytes && s.begun(b)
	}
	line, fields, _ := strings.Cut(string(b[:end]), "\r\n")
	r = parseRequestLine(line)
	if r == nil {
		return nil, nil, 0, false
	}
	h, limit := s.opts.FastPath(r.URL.Path)
	if h == nil || !parseFields(r, fields) || !plainFields(r) || r.ContentLength > limit {
		return nil, nil, 0, false
	}
	return r, h, end + len(headEnd), false
}

// begun reports whether b is the beginning of a head that may be read here.
func (s *Server) begun(b []byte) bool {
	if line, _, whole := bytes.Cut(b, []byte{'\n'}); whole {
		r := parseRequestLine(strings.TrimSuffix(string(line), "\r"))
		if r == nil {
			return false
		}
		h, _ := s.opts.FastPath(r.URL.Path)
		return h != nil && line[len(line)-1] == '\r'
	}
	return matches(b, "GET /") || matches(b, "POST /")
}

// matches reports whether one of the two begins with the other.
func matches(b []byte, begin string) bool {
	n := min(len(b), len(begin))
	return string(b[:n]) == begin[:n]
}

// parseRequestLine reads "GET /path?query HTTP/1.1", section 3 of RFC 9112.
func parseRequestLine(line string) *http.Request {
	method, rest, _ := strings.Cut(line, " ")
	target, isHTTP := strings.CutSuffix(rest, " HTTP/1.1")
	path, query, hasQuery := strings.Cut(target, "?")
	if method != http.MethodGet && method != http.MethodPost || !isHTTP || !hasQuery || !plainPath(path) || !plainQuery(query) {
		return nil
	}
	return &http.Request{
		Method: method, RequestURI: target, URL: &url.URL{Path: path, RawQuery: query},
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

// plainPath reports whether the path has neither escapes nor anything that net/http
// would clean, such as "//" and "/..".
func plainPath(path string) bool {
	return strings.HasPrefix(path, "/") && consistsOf(path, "/-._~") &&
		!strings.Contains(path, "//") && !strings.Contains(path, "/.")
}

// consistsOf reports whether s is not empty and has only ASCII letters, digits and
// the characters in others.
func consistsOf(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !alphanumeric && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return s != ""
}

// plainQuery reports whether the query is not empty and visible ASCII, without a
// fragment behind it.
func plainQuery(query string) bool {
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7F || c == '#' {
			return false
		}
	}
	return query != ""
}

// parseFields reads the header, section 5 of RFC 9112, into r. It reports false
// for lines that are no fields, and for a second Host or Content-Length.
func parseFields(r *http.Request, fields string) bool {
	n := strings.Count(fields, "\r\n") + 1
	r.Header = make(http.Header, n)
	values := make([]string, 0, n) // one allocation for all
	for more := true; more; {
		var line string
		line, fields, more = strings.Cut(fields, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return false
		}
		switch name = canonicalName(name); {
		case name == "Host":
			if r.Host != "" || !plainHost(value) {
				return false
			}
			r.Host = value
		case r.Header[name] == nil:
			values = append(values, value)
			last := len(values) - 1
			r.Header[name] = values[last : last+1 : last+1]
		case name == "Content-Length":
			return false
		default:
			r.Header[name] = append(r.Header[name], value)
		}
	}
	return true
}

// canonicalNames maps the names that the official clients and browsers send in
// another form than http.Header's to that form, so that nothing is allocated for
// them.
var canonicalNames = map[string]string{
	"Sec-WebSocket-Version":    "Sec-Websocket-Version",
	"Sec-WebSocket-Key":        "Sec-Websocket-Key",
	"Sec-WebSocket-Extensions": "Sec-Websocket-Extensions",
	"Sec-WebSocket-Protocol":   "Sec-Websocket-Protocol",
	"DNT":                      "Dnt",
	"sec-ch-ua":                "Sec-Ch-Ua",
	"sec-ch-ua-mobile":         "Sec-Ch-Ua-Mobile",
	"sec-ch-ua-platform":       "Sec-Ch-Ua-Platform",
}

func canonicalName(name string) string {
	if known, ok := canonicalNames[name]; ok {
		return known
	}
	return textproto.CanonicalMIMEHeaderKey(name)
}

// IsUpgrade reports whether the request asks for another protocol on its connection.
func IsUpgrade(r *http.Request) bool {
	return r.Header.Get("Upgrade") != "" && httpguts.HeaderValuesContainsToken(r.Header["Connection"], "upgrade")
}

// plainHost reports whether the value of Host is a name or an address, with or
// without a port.
func plainHost(host string) bool { return consistsOf(host, ".-_:[]") }

// plainFields reports whether the header asks for nothing beyond an answer to the
// request. It sets the length of the body.
func plainFields(r *http.Request) bool {
	for _, unusual := range [...]string{"Transfer-Encoding", "Expect", "Trailer", "Http2-Settings"} {
		if r.Header[unusual] != nil {
			return false
		}
	}
	for _, value := range r.Header["Connection"] {
		for option := range strings.SplitSeq(value, ",") {
			option = strings.Trim(option, " \t")
			if !strings.EqualFold(option, "keep-alive") && !strings.EqualFold(option, "upgrade") {
				return false
			}
		}
	}
	return r.Host != "" && plainBody(r)
}

// plainBody sets the length of the body. It reports false unless a POST has a body
// of known length, and a GET or an upgrade has none.
func plainBody(r *http.Request) bool {
	length := r.Header["Content-Length"]
	if r.Method == http.MethodGet {
		return length == nil
	}
	if length == nil || IsUpgrade(r) {
		return false
	}
	n, err := strconv.ParseUint(length[0], 10, 31)
	r.ContentLength = int64(n)
	return err == nil
}
