package engine

import (
	"net/http"

	"signaling/internal/http1"
	"signaling/internal/netpoll"
	"signaling/internal/packet"
)

// http1Responder is the responder of a request that internal/http1 serves. The
// response may be written after the handler has returned, by any goroutine, and
// waiting for the request's body keeps no goroutine.
type http1Responder struct{ *http1.Response }

func (w http1Responder) deliver(body []byte, failed func(error)) {
	w.OnFailure(failed)
	w.Write(body) // to memory: cannot fail
}

func (w http1Responder) hold(a answerer) { w.Hold(a.clientGone) }

func (w http1Responder) wait()     {}
func (w http1Responder) send()     { w.Send() }
func (w http1Responder) handOver() { w.HandOver() }

func (w http1Responder) resume(a answerer, packets []*packet.Packet, large bool) {
	if large {
		go a.answer(packets) // ends when the response is written, as far as that needs no waiting
		return
	}
	a.answer(packets)
}

func (w http1Responder) readBody(_ int, ready func(body []byte, err error)) {
	w.ReadBody(ready)
}

func (w http1Responder) stopReading() { w.StopReading() }

// refuseBody is not called: http1 gives requests with so large a body to net/http.
func (w http1Responder) refuseBody() { w.WriteHeader(http.StatusRequestEntityTooLarge) }

func (w http1Responder) loop() *netpoll.Loop { return w.Loop() }

func (w http1Responder) detach(closed func()) (conn netpoll.Conn, prefix []byte, err error) {
	conn, prefix = w.Detach(closed)
	if len(prefix) > 0 {
		w.HandOver() // the caller handles prefix, which may take long
	}
	return conn, prefix, nil
}

func (w http1Responder) closeWith(last []byte) error {
	w.CloseNow(last)
	return nil
}
