package engine

import (
	"errors"
	"net/http"

	"signaling/internal/http1"
	"signaling/internal/netpoll"
	"signaling/internal/packet"
)

// errBodyTooLarge is the error of responder.readBody for a body beyond the limit.
var errBodyTooLarge = errors.New("the request's body is longer than the maximum payload")

// A responder is the response to one request, with what the engine needs beyond
// http.ResponseWriter. There is one for each server that a request may come from:
// http1Responder and netHTTPResponder. The goroutine that serves the request calls
// its methods; those that others may call say so.
type responder interface {
	http.ResponseWriter

	// deliver writes the body of the response. failed is called with the reason,
	// at once or later, if the client does not take all of the response.
	deliver(body []byte, failed func(error))

	// hold defers the response until resume, whether the handler has returned by
	// then or not. If the client goes away before that, a.clientGone is called.
	// hold does not wait, and may be called with locks held.
	hold(a answerer)
	// wait is called at the end of a handler that has held its response. It
	// returns when the handler may.
	wait()
	// resume has a.answer called, which is to write the held response and send it.
	// It does not wait for the client; large says that even to put the response
	// together takes long. It may be called by any goroutine, with no lock held,
	// and once.
	resume(a answerer, packets []*packet.Packet, large bool)
	// send sends what has been written, though the handler may not have returned.
	// a.answer calls it.
	send()

	// readBody calls ready with the request's body, or with the error of reading
	// it, errBodyTooLarge if it is longer than limit. ready may be called when
	// readBody has returned. It must answer the request, or panic with
	// http.ErrAbortHandler to close the connection. body is valid during the call.
	readBody(limit int, ready func(body []byte, err error))
	// stopReading makes a readBody under way fail. It may be called by any
	// goroutine.
	stopReading()
	// refuseBody answers a request whose body is too large.
	refuseBody()

	// handOver must be called before the handler does something that may wait.
	handOver()
	// loop returns the loop that the goroutine runs; nil if it serves nobody else.
	loop() *netpoll.Loop

	// detach takes the connection away from HTTP. closed is called when the
	// connection is closed; prefix is what has been read of it behind the request.
	// If detach fails it has answered the request.
	detach(closed func()) (conn netpoll.Conn, prefix []byte, err error)
	// closeWith writes last, as it is, and closes the connection. If it fails it
	// has answered the request.
	closeWith(last []byte) error
}

// answerer answers a request whose response is held.
type answerer interface {
	// answer writes packets as the response and sends it.
	answer(packets []*packet.Packet)
	// clientGone reports whether nothing will be answered any more; else resume has
	// been called or is about to be.
	clientGone() bool
}

// newResponder returns the responder of a request.
func (srv *Server) newResponder(w http.ResponseWriter, r *http.Request) responder {
	if direct, ok := w.(*http1.Response); ok {
		return http1Responder{direct}
	}
	return &netHTTPResponder{ResponseWriter: w, r: r, group: &srv.group}
}
