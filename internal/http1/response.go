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

// response is the response to a direct request: the http.ResponseWriter of its
// handler. Unlike net/http's it may be given after the handler has returned.
// The handler owns it, then whoever answers.
type Response struct {
	c      *conn
	header http.Header
	status int           // 0: not written yet
	body   *[]byte       // of responseBuffers; nil: empty
	l      *netpoll.Loop // what runs the reader

	held   bool        // send comes later
	gone   func() bool // the client has left before a held response was there; false: that is under way
	taken  bool        // the connection is somebody else's: nothing is to be sent
	failed func(error) // hears why the client has not taken all
}

// The methods of http.ResponseWriter.

func (w *Response) Header() http.Header {
	if w.header == nil {
		w.header = make(http.Header)
	}
	return w.header
}

func (w *Response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *Response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.body == nil {
		w.body = responseBuffers.Get().(*[]byte)
	}
	*w.body = append(*w.body, p...)
	return len(p), nil
}

// HandOver is to be called before something is done for the request that may
// wait: if its goroutine serves others, another one goes on with those.
func (w *Response) HandOver() {
	w.l.HandOver()
	w.l = nil
}

// Hold has the connection wait for send, behind the handler's return. If the
// client leaves before, gone is called in the goroutine that reads; it reports
// whether nobody is going to send any more.
func (w *Response) Hold(gone func() bool) { w.held, w.gone, w.l = true, gone, nil }

// maxPooled is the largest buffer worth keeping.
const maxPooled = 64 << 10

// responseBuffers are empty.
var responseBuffers = sync.Pool{New: func() any { return new([]byte) }}

func recycleResponse(buf *[]byte) {
	if buf != nil && cap(*buf) <= maxPooled {
		*buf = (*buf)[:0]
		responseBuffers.Put(buf)
	}
}

// Loop returns the loop whose goroutine serves the request; nil: nobody else needs
// that goroutine, or it has been handed over.
func (w *Response) Loop() *netpoll.Loop { return w.l }

// OnFailure has failed called if the client does not take all of the response,
// with the reason: os.ErrDeadlineExceeded if it has taken nothing for
// Options.Timeouts.
func (w *Response) OnFailure(failed func(error)) { w.failed = failed }

// StopReading ends the reading of the connection, and a ReadBody under way with
// an error. It is safe for concurrent use.
func (w *Response) StopReading() { w.c.conn.Stop() }

// ReadBody calls ready with the request's body when it has come; with an error
// if it does not. ready, called by the reader, owes the response. It panics with
// http.ErrAbortHandler to drop the connection. body is valid during the call.
func (w *Response) ReadBody(ready func(body []byte, err error)) {
	w.held = true
	w.c.awaitBody(ready)
}

// Send sends the response.
func (w *Response) Send() {
	out, body := responseBuffers.Get().(*[]byte), w.body
	w.body = nil
	if body == nil {
		*out = w.appendHead(*out, 0)
	} else {
		*out = append(w.appendHead(*out, len(*body)), *body...)
	}
	recycleResponse(body)
	n, err := w.c.conn.TryWrite(*out)
	if err != nil || n == len(*out) {
		recycleResponse(out)
		w.sent(err)
		return
	}
	w.c.conn.WriteRest((*out)[n:], w.c.server.opts.Timeouts.Write, func(err error) {
		recycleResponse(out)
		w.sent(err)
	})
}

// sent is called when the client has taken the response, or will not.
func (w *Response) sent(err error) {
	if err != nil && w.failed != nil {
		w.failed(err)
	}
	w.c.answered(err, !w.closes())
}

// closes tells whether the response is the connection's last.
func (w *Response) closes() bool {
	return httpguts.HeaderValuesContainsToken(w.header["Connection"], "close")
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

// Detach takes the connection away, as a link that calls closed at its end,
// with what has been read of it behind the request.
func (w *Response) Detach(closed func()) (conn netpoll.Conn, prefix []byte) {
	w.taken = true
	return w.c.part(closed)
}

// CloseNow sends last, as it is and as far as it fits, and closes the connection.
func (w *Response) CloseNow(last []byte) {
	w.taken = true
	w.c.drop(last)
}
