package engine

import (
	"net/http"

	"signaling/internal/http1"
	"signaling/internal/netpoll"
)

// A responder is the response to one request, with what the engine needs of it
// beyond http.ResponseWriter. There are two: http1Responder, for requests that
// the engine reads itself, and netHTTPResponder for net/http's. Apart from send
// and resume its methods are called by the goroutine that serves the request.
type responder interface {
	http.ResponseWriter

	// deliver writes the response's body. If the client does not take all of the
	// response failed is called with the reason, at once or later.
	deliver(body []byte, failed func(error))
	// hold keeps the response open behind the handler's return until it is
	// answered by a. If the client goes away first a.abandoned is called.
	// It does not wait and may be called with locks held.
	hold(a answerer)
	// wait is what the handler of a held response returns with.
	wait()
	// resume has a, which the response is held for, answer with packets, without
	// waiting for the client; large means that it takes a while to put the body
	// together. It may be called by any goroutine, once.
	resume(a answerer, packets []*Packet, large bool)
	// send sends what has been written without waiting for the handler's return.
	send()

	// readBody calls ready with the request's body when it has come, or with the
	// error if it does not; errTooLarge if it is longer than limit. It may return
	// before. ready owes the response, or panics with http.ErrAbortHandler to
	// close the connection. body is valid during the call.
	readBody(limit int, ready func(body []byte, err error))
	// stopReading makes a readBody under way fail. It may be called by any
	// goroutine.
	stopReading()
	// refuseBody answers a request whose body is too large.
	refuseBody()

	// handOver must be called before the handler does something that may wait.
	handOver()
	// loop returns the goroutine that runs the handler, if it serves others too.
	loop() *netpoll.Loop

	// detach takes the connection away from HTTP. closed is called when it is
	// closed; prefix is what has been read of it behind the request. The request
	// has been answered when detach fails.
	detach(closed func()) (conn netpoll.Conn, prefix []byte, err error)
	// closeWith sends last, as it is, and closes the connection. The request has
	// been answered when closeWith fails.
	closeWith(last []byte) error
}

// answerer answers a request whose response is held.
type answerer interface {
	// answer writes the response and sends it.
	answer(packets []*Packet)
	// abandoned handles that the client has gone away. It reports false if
	// answer is going to be called all the same.
	abandoned() bool
}

// newResponder returns the responder of a request.
func (srv *Server) newResponder(w http.ResponseWriter, r *http.Request) responder {
	if direct, ok := w.(*http1.Response); ok {
		return http1Responder{direct}
	}
	return &netHTTPResponder{ResponseWriter: w, r: r, group: &srv.group}
}
