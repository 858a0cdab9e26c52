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

// A direct request is one that the engine reads itself: GET or POST of one of
// its paths, in HTTP/1.1, with nothing about it that a client of the engine has
// no reason to send. Whatever is unusual, or wrong, is left to net/http with
// the connection that it came on. RFC 9112 and 9110 are cited by section.

var headEnd = []byte("\r\n\r\n")

// parseHead reads the head of the request that b begins with, and returns the
// request without its body and the size of the head. It returns nil if the
// request is none that the engine reads itself, or has not all come: then more
// tells that it may be one yet. The request shares no memory with b.
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

// begun tells whether b is the beginning of a request that may be the engine's.
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

// matches tells whether one of the two begins with the other.
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

// plainPath tells whether the path means what it says, without escapes.
func plainPath(path string) bool {
	return strings.HasPrefix(path, "/") && consistsOf(path, "/-._~") &&
		!strings.Contains(path, "//") && !strings.Contains(path, "/.")
}

// consistsOf tells whether s has letters, digits and characters of others, and
// nothing else, but something.
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

// plainQuery tells whether the query is visible ASCII, without a fragment behind.
func plainQuery(query string) bool {
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7F || c == '#' {
			return false
		}
	}
	return query != ""
}

// parseFields reads the header, section 5 of RFC 9112, into r. It reports false
// for lines that are no fields, and fields that a request has once.
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

// canonicalNames has the names that the official clients and browsers send in
// another form than http.Header's, so that nothing is allocated for them.
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

// plainHost tells whether the value of Host is a name or an address, with or
// without a port.
func plainHost(host string) bool { return consistsOf(host, ".-_:[]") }

// plainFields tells whether the header asks for nothing but the request, and
// sets the length of its body.
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

// plainBody sets the length of the body. A POST has one of known length, a GET
// has none, and an upgrade none either.
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
