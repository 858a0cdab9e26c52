package engine

import (
	"errors"
	"os"
	"time"

	"signaling/internal/netpoll"
	"signaling/internal/packet"
	"signaling/internal/websocket"
)

// closeFrameWait is how long the client of an ended WebSocket session may take
// to answer the close frame.
const closeFrameWait = 10 * time.Second

// webSocketTransport carries a session on a WebSocket, and handles what comes
// in on it.
type webSocketTransport struct {
	// immutable
	s    *Session
	conn *websocket.Conn

	batch Batch // owned by the goroutine that reads conn
}

func (t *webSocketTransport) name() string       { return WebSocket }
func (t *webSocketTransport) upgrades() []string { return nil }

func (t *webSocketTransport) writableLocked() bool { return !t.s.writing }

// flushAndUnlock writes what is queued, unless that is being done already.
func (t *webSocketTransport) flushAndUnlock() (overfull bool) {
	s := t.s
	if s.writing || s.queue.empty() {
		overfull = s.overfullLocked()
		s.mu.Unlock()
		return overfull
	}
	s.writing = true
	t.writeAndUnlock()
	return false
}

func (t *webSocketTransport) flush() {
	t.s.mu.Lock()
	t.flushAndUnlock()
}

// writeAndUnlock writes the queue until it is empty or the kernel's buffer is
// full; then the connection goes on when there is room. The caller holds mu and
// has set writing.
func (t *webSocketTransport) writeAndUnlock() {
	s := t.s
	for {
		if s.queue.empty() {
			t.writtenAndUnlock()
			return
		}
		chunk, shared := s.queue.take(t.framing())
		s.mu.Unlock()
		n, err := t.conn.TryWrite(chunk)
		if err == nil && n < len(chunk) {
			t.writeRest(chunk[n:], shared)
			return
		}
		releaseShared(shared)
		if err != nil {
			t.writeFailed(err)
			return
		}
		s.mu.Lock()
	}
}

// writeRest writes what the kernel's buffer had no room for, then the rest of
// the queue. shared is released after that.
func (t *webSocketTransport) writeRest(rest []byte, shared *[]byte) {
	t.conn.WriteRest(rest, t.s.srv.opts.WriteTimeout, func(err error) {
		releaseShared(shared)
		if err != nil {
			t.writeFailed(err)
			return
		}
		t.s.mu.Lock()
		t.writeAndUnlock()
	})
}

// writtenAndUnlock ends writing: the queue is empty. A session that was closing
// is closed now.
func (t *webSocketTransport) writtenAndUnlock() {
	s := t.s
	s.writing = false
	if s.state != stateClosing {
		s.mu.Unlock()
		return
	}
	t.conn.StopAfter(closeFrameWait)
	closed := s.becomeClosedLocked(s.closeReason)
	s.mu.Unlock()
	closed()
}

// writeFailed ends the session whose connection took no more: the peer is
// gone, or has not read for as long as the write timeout.
func (t *webSocketTransport) writeFailed(err error) {
	s, reason := t.s, TransportClose
	if errors.Is(err, os.ErrDeadlineExceeded) {
		reason = SlowConsumer
	}
	s.Abort(reason)
	t.conn.CloseNow()
	s.mu.Lock()
	s.queue, s.writing = sendQueue{}, false // nothing can be written any more
	s.mu.Unlock()
}

// framing returns what the WebSocket's client takes.
func (t *webSocketTransport) framing() packet.Framing {
	return packet.Framing{Revision: t.s.revision, TextOnly: t.s.textOnly, DeflateAbove: t.s.srv.opts.DeflateAbove, Window: t.conn.Window()}
}

// closeLocked queues a close frame behind everything else.
func (t *webSocketTransport) closeLocked() (follow func()) {
	t.s.queue.push(closeFramePacket)
	return t.flush
}

// abortLocked queues a close frame behind what is queued already. For a slow
// consumer the connection is closed at once.
func (t *webSocketTransport) abortLocked(reason Reason, cause error) (follow func()) {
	s := t.s
	if reason == SlowConsumer {
		s.queue = sendQueue{}
		return t.conn.CloseNow // half a frame may be out: nothing can follow that
	}
	if s.state == stateOpen { // else its close frame is queued already
		s.queue.push(closeFrameFor(cause))
	}
	t.conn.StopAfter(closeFrameWait)
	return t.flush
}

// closeFrameFor returns the close frame of a session that ends with cause.
func closeFrameFor(cause error) *packet.Packet {
	if cause == nil {
		return closeFramePacket
	}
	return packet.NewControl(websocket.CloseAnswer(cause))
}

// ReadEnded ends the session.
func (t *webSocketTransport) ReadEnded(err error) {
	reason := TransportClose
	var violation *websocket.FrameError
	if errors.As(err, &violation) {
		reason = TransportError
	}
	t.s.abort(reason, err)
	t.s.mu.Lock()
	writing := t.s.writing
	t.s.mu.Unlock()
	if !writing {
		t.conn.CloseWrite() // a browser waits for it before it reports the end
	}
	t.conn.CloseAfterPeer()
}

// errSessionClosed ends the reading of a connection whose session has ended.
var errSessionClosed = errors.New("the session is closed")

// The methods of websocket.Handler.

func (t *webSocketTransport) Begin(loop *netpoll.Loop) {
	t.batch.loop = loop
	t.s.beginReceiving(&t.batch)
}

func (t *webSocketTransport) End() {
	t.s.endReceiving(&t.batch)
	t.batch.loop = nil
}

func (t *webSocketTransport) Message(data []byte, binary bool) error {
	var p packet.Incoming
	var ok bool
	if binary {
		p, ok = packet.ParseBinary(data, t.s.revision)
	} else {
		p, ok = packet.ParseText(data, t.s.revision)
	}
	if !ok {
		t.s.Abort(ParseError)
		return errSessionClosed
	}
	if !t.s.receive(&t.batch, p) {
		return errSessionClosed
	}
	return nil
}

// Control sends the answer to a control frame between the packets of the session.
func (t *webSocketTransport) Control(answer []byte) error {
	if !t.s.chargeControl() {
		return errSessionClosed
	}
	if answer != nil {
		t.batch.Send(t.s, packet.NewControl(answer))
	}
	return nil
}
