//go:build linux

package load

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// exchange is one HTTP/1.1 keep-alive connection that carries one request at
// a time. A polling client has two, as a browser would: one for the GET that
// waits and one for POSTs.
type exchange struct {
	conn   *conn
	client *Client
	answer func(status int, body []byte) // nil while no request is under way
}

var errResponse = errors.New("HTTP response has neither a Content-Length nor chunks")

// do sends a request; answer is called with the response, whose body is
// valid during the call only. The connection is dialled when there is none.
func (x *exchange) do(method, query string, body []byte, answer func(status int, body []byte)) error {
	if x.conn == nil {
		var err error
		if x.conn, err = x.client.crowd.Loop.dial(x.client.crowd.To, x, 0); err != nil {
			return err
		}
	}
	x.answer = answer
	out := append(x.conn.out, method...)
	out = append(out, " /socket.io/?EIO=4&transport=polling"...)
	out = append(out, query...)
	out = append(out, " HTTP/1.1\r\nHost: "...)
	out = append(out, x.client.crowd.Host...)
	if method == "POST" {
		out = append(out, "\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: "...)
		out = strconv.AppendInt(out, int64(len(body)), 10)
	}
	out = append(out, "\r\n\r\n"...)
	x.conn.out = append(out, body...)
	x.conn.flush()
	return nil
}

func (x *exchange) close() {
	if x.conn != nil {
		x.conn.close()
		x.conn = nil
	}
	x.answer = nil
}

func (x *exchange) closed(err error) {
	x.conn = nil
	if x.answer == nil {
		return // an idle keep-alive connection; the next request dials again
	}
	x.answer = nil
	x.client.fail(fmt.Errorf("HTTP request: %w", err))
}

func (x *exchange) received(b []byte) int {
	status, body, used, err := parseResponse(b)
	if err == nil && used > 0 && x.answer == nil {
		err = errors.New("HTTP response that nobody asked for")
	}
	if err != nil {
		x.conn.close()
		x.closed(err)
		return 0
	}
	if used == 0 {
		return 0
	}
	answer := x.answer
	x.answer = nil
	answer(status, body)
	return used
}

// parseResponse takes an HTTP response off b; used is 0 while b does not
// hold a whole one.
func parseResponse(b []byte) (status int, body []byte, used int, err error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, nil, 0, nil
	}
	head, rest := b[:end+2], b[end+4:]
	if len(head) < 12 {
		return 0, nil, 0, fmt.Errorf("HTTP response begins %q", head)
	}
	if status, err = strconv.Atoi(string(head[9:12])); err != nil {
		return 0, nil, 0, fmt.Errorf("HTTP response begins %.40q", head)
	}
	if length, ok := header(head, "content-length"); ok {
		n, err := strconv.Atoi(string(length))
		if err != nil {
			return 0, nil, 0, fmt.Errorf("Content-Length is %q", length)
		}
		if len(rest) < n {
			return 0, nil, 0, nil
		}
		return status, rest[:n], end + 4 + n, nil
	}
	if _, ok := header(head, "transfer-encoding"); ok {
		body, n, err := parseChunks(rest)
		if n == 0 || err != nil {
			return 0, nil, 0, err
		}
		return status, body, end + 4 + n, nil
	}
	return 0, nil, 0, errResponse
}

// header finds a header's value; name is in lower case.
func header(head []byte, name string) ([]byte, bool) {
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(line) > len(name) && line[len(name)] == ':' && asciiEqualFold(line[:len(name)], name) {
			return bytes.TrimSpace(line[len(name)+1:]), true
		}
	}
	return nil, false
}

func asciiEqualFold(b []byte, lower string) bool {
	for i, c := range b {
		if c|0x20 != lower[i]|0x20 {
			return false
		}
	}
	return true
}

// parseChunks takes a chunked body off b (RFC 9112, section 7.1); used is 0
// while b does not hold all of it.
func parseChunks(b []byte) (body []byte, used int, err error) {
	for {
		line := bytes.Index(b[used:], []byte("\r\n"))
		if line < 0 {
			return nil, 0, nil
		}
		n, err := strconv.ParseUint(string(b[used:used+line]), 16, 31)
		if err != nil {
			return nil, 0, fmt.Errorf("chunk size: %w", err)
		}
		used += line + 2
		if len(b)-used < int(n)+2 {
			return nil, 0, nil
		}
		body = append(body, b[used:used+int(n)]...)
		used += int(n) + 2
		if n == 0 {
			return body, used, nil
		}
	}
}
