package engine

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"signaling/internal/netpoll"
	"signaling/internal/packet"
)

// netHTTPResponder is the responder of a request that net/http serves. Its
// goroutine serves nobody else.
type netHTTPResponder struct {
	http.ResponseWriter
	r       *http.Request
	group   *netpoll.Group        // of the connections that are taken over
	held    answerer              // of hold
	packets chan []*packet.Packet // of resume
}

func (w *netHTTPResponder) control() *http.ResponseController {
	return http.NewResponseController(w.ResponseWriter)
}

func (w *netHTTPResponder) deliver(body []byte, failed func(error)) {
	if _, err := w.Write(body); err != nil {
		failed(err)
	}
}

func (w *netHTTPResponder) hold(a answerer) {
	w.held, w.packets = a, make(chan []*packet.Packet, 1)
}

// wait waits for resume, or for the client to go away.
func (w *netHTTPResponder) wait() {
	select {
	case packets := <-w.packets:
		w.held.answer(packets)
	case <-w.r.Context().Done():
		if !w.held.clientGone() {
			w.held.answer(<-w.packets) // resume is about to be called, or has been
		}
	}
}

func (w *netHTTPResponder) resume(_ answerer, packets []*packet.Packet, _ bool) { w.packets <- packets }

func (w *netHTTPResponder) send() { w.control().Flush() }

var bodyBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func (w *netHTTPResponder) readBody(limit int, ready func(body []byte, err error)) {
	body, err := readBody(w.r, limit)
	ready(body.Bytes(), err)
	bodyBuffers.Put(body)
}

// readBody reads the request's body into a pooled buffer. A body longer than
// limit is errBodyTooLarge, found without reading all of it.
func readBody(r *http.Request, limit int) (*bytes.Buffer, error) {
	buf := bodyBuffers.Get().(*bytes.Buffer)
	buf.Reset()
	if r.ContentLength > int64(limit) {
		return buf, errBodyTooLarge
	}
	_, err := buf.ReadFrom(io.LimitReader(r.Body, int64(limit)+1))
	if err == nil && buf.Len() > limit {
		err = errBodyTooLarge
	}
	return buf, err
}

func (w *netHTTPResponder) stopReading() { w.control().SetReadDeadline(time.Unix(1, 0)) }

// Bounds on what is read of a body that was refused. A client may send all of its
// body before it reads the answer; closing the connection before would reset it,
// and the answer could be lost.
const (
	drainBytes = 16 << 20
	drainTime  = 5 * time.Second
)

func (w *netHTTPResponder) refuseBody() {
	control := w.control()
	control.EnableFullDuplex() // else net/http would close the connection
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	control.Flush()
	control.SetReadDeadline(time.Now().Add(drainTime))
	io.CopyN(io.Discard, w.r.Body, drainBytes)
	control.SetReadDeadline(time.Time{})
}

func (w *netHTTPResponder) handOver()           {}
func (w *netHTTPResponder) loop() *netpoll.Loop { return nil }

func (w *netHTTPResponder) detach(closed func()) (netpoll.Conn, []byte, error) {
	conn, prefix, err := w.hijack()
	if err != nil {
		return nil, nil, err
	}
	return w.group.NewConn(conn, closed), prefix, nil
}

// closeTime is how long the last bytes of a connection may take to go out.
const closeTime = 10 * time.Second

func (w *netHTTPResponder) closeWith(last []byte) error {
	conn, _, err := w.hijack()
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(closeTime))
	conn.Write(last)
	return nil
}

// hijack takes the connection away from net/http; prefix is what has been read
// of it behind the request. If it fails it has answered the request.
func (w *netHTTPResponder) hijack() (conn net.Conn, prefix []byte, err error) {
	conn, buffered, err := w.control().Hijack()
	if err != nil {
		http.Error(w, "this connection cannot become a WebSocket: use HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return nil, nil, err
	}
	conn.SetDeadline(time.Time{})
	prefix, _ = buffered.Reader.Peek(buffered.Reader.Buffered()) // at most what is there: cannot fail
	conn, prefix = netpoll.CutPrefix(conn, prefix)
	return conn, prefix, nil
}
