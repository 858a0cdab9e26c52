package http1

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http/httpguts"

	"signaling/internal/netpoll"
)

// Response is the response to a request that is served here: the
// http.ResponseWriter of its handler. Nothing is sent before the handler returns,
// and then all at once; with Hold, or ReadBody, it is sent later and by any
// goroutine.
//
// The handler owns the Response until it returns. If it is held, what is going to
// call Send owns it from then on.
type Response struct {
	c      *conn
	header http.Header
	status int           // 0: not written yet
	body   *[]byte       // of buffers; nil: empty
	loop   *netpoll.Loop // that serves the request

	fate      fate
	abandoned func() bool // see Hold
	failed    func(error) // see OnFailure; nil: nothing is called
}

// fate is what becomes of a Response when its handler returns.
type fate uint8

const (
	sent     fate = iota
	held          // Send, or the function that gets the body, comes later
	detached      // nothing: HTTP has lost the connection
)

// Header returns the header, which can be changed until the response is sent.
func (w *Response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header)
	}
	return w.header
}

// WriteHeader sets the status, unless that was done before.
func (w *Response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write adds a copy of p to the body. It never fails.
func (w *Response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.body == nil {
		w.body = buffers.Get().(*[]byte)
	}
	*w.body = append(*w.body, p...)
	return len(p), nil
}

// Loop returns the loop that serves the request in this goroutine. It is nil once
// that has been handed over.
func (w *Response) Loop() *netpoll.Loop { return w.loop }

// HandOver hands the loop over. The handler calls it before it does something
// that may wait.
func (w *Response) HandOver() {
	w.loop.HandOver()
	w.loop = nil
}

// Hold keeps the response open after the handler's return, until Send. If the
// client goes away before, abandoned is called in the goroutine that reads the
// connection. It reports whether Send is not going to be called; then the
// connection is closed.
func (w *Response) Hold(abandoned func() bool) {
	w.fate, w.abandoned, w.loop = held, abandoned, nil
}

// ReadBody has ready called with the request's body when it has come, or with an
// error if it does not come: after the handler's return, in the goroutine that
// reads the connection. ready goes on as the handler: when it returns the response
// is sent, unless it calls Hold; a panic closes the connection. body is valid
// during the call.
func (w *Response) ReadBody(ready func(body []byte, err error)) {
	w.fate = held
	w.c.awaitBody(ready)
}

// StopReading ends the reading of the connection, and a ReadBody under way with
// an error. It is safe for concurrent use.
func (w *Response) StopReading() { w.c.conn.Stop() }

// OnFailure has failed called if the client does not take all of the response,
// with the reason: os.ErrDeadlineExceeded if it has taken nothing for
// Timeouts.Write.
func (w *Response) OnFailure(failed func(error)) { w.failed = failed }

// Detach gives the connection to another protocol. prefix is what has been read of
// it after the request, valid until the handler returns. closed is called when the
// connection is closed. The caller calls Start of it before the handler returns, or
// closes it.
func (w *Response) Detach(closed func()) (conn netpoll.Conn, prefix []byte) {
	w.fate = detached
	return w.c.detach(closed)
}

// CloseNow writes last, as it is and as far as that needs no waiting, and closes
// the connection.
func (w *Response) CloseNow(last []byte) {
	w.fate = detached
	w.c.closeNow(last)
}

// maxPooled is the largest buffer worth keeping.
const maxPooled = 64 << 10

// buffers are empty.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func release(buf *[]byte) {
	if buf != nil && cap(*buf) <= maxPooled {
		*buf = (*buf)[:0]
		buffers.Put(buf)
	}
}

// Send sends the response that was held. It does not wait for the client. It is
// called once.
func (w *Response) Send() {
	out, body := buffers.Get().(*[]byte), w.body
	w.body = nil
	if body == nil {
		*out = w.appendHead(*out, 0)
	} else {
		*out = append(w.appendHead(*out, len(*body)), *body...)
	}
	release(body)
	n, err := w.c.conn.TryWrite(*out)
	if err != nil || n == len(*out) {
		release(out)
		w.answered(err)
		return
	}
	w.c.conn.WriteRest((*out)[n:], w.c.server.opts.Timeouts.Write, func(err error) {
		release(out)
		w.answered(err)
	})
}

// answered is called when the response is written, or cannot be.
func (w *Response) answered(err error) {
	if err != nil && w.failed != nil {
		w.failed(err)
	}
	keep := !httpguts.HeaderValuesContainsToken(w.header["Connection"], "close")
	w.c.answered(err, keep)
}

// appendHead appends the status line and the header, in the order of names, for
// a body of that length.
func (w *Response) appendHead(out []byte, length int) []byte {
	w.WriteHeader(http.StatusOK)
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(w.status), 10)
	out = append(append(out, ' '), http.StatusText(w.status)...)
	out = append(out, "\r\n"...)
	names := make([]string, 0, 8)
	for name := range w.header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range w.header[name] {
			out = appendField(out, name, value)
		}
	}
	out = appendDate(out)
	if w.header["Content-Length"] == nil {
		out = appendField(out, "Content-Length", strconv.Itoa(length))
	}
	return append(out, "\r\n"...)
}

// appendField appends one line of a header. A value cannot bring another along.
func appendField(out []byte, name, value string) []byte {
	if strings.ContainsAny(value, "\r\n") {
		value = strings.NewReplacer("\r", " ", "\n", " ").Replace(value)
	}
	out = append(append(out, name...), ": "...)
	return append(append(out, value...), "\r\n"...)
}
