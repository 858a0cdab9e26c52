package conformance

import (
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"
)

func (w *webSocket) readLoop() {
	defer close(w.messages)
	defer close(w.ended)
	for {
		opcode, payload, err := w.readFrame()
		if err != nil {
			w.closing = closing{closeAbnormal, err.Error()}
			return
		}
		switch opcode {
		case opText, opBinary:
			m := message{opcode == opBinary, payload}
			if w.isHeartbeat(m) {
				continue
			}
			select {
			case w.messages <- m:
			case <-w.done:
				return
			}
		case opPong:
			select {
			case w.pongs <- payload:
			case <-w.done:
				return
			}
		case opClose:
			w.closing = closing{code: closeNoCode}
			if len(payload) >= 2 {
				w.closing = closing{int(binary.BigEndian.Uint16([]byte(payload))), payload[2:]}
			}
			// The server holds the connection until its close frame is answered.
			w.mu.Lock()
			w.writeLocked(frame{opcode: opClose, payload: payload})
			w.mu.Unlock()
			return
		}
	}
}

var errBadFrame = errors.New("the server sent a frame that is masked, in fragments or with reserved bits")

func (w *webSocket) readFrame() (opcode byte, payload string, err error) {
	var head [8]byte
	if _, err := io.ReadFull(w.reader, head[:2]); err != nil {
		return 0, "", err
	}
	if head[0]&0xF0 != 0x80 || head[1]&0x80 != 0 {
		return 0, "", errBadFrame
	}
	opcode = head[0] & 0x0F
	size := uint64(head[1])
	switch size {
	case 126:
		_, err = io.ReadFull(w.reader, head[:2])
		size = uint64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		_, err = io.ReadFull(w.reader, head[:8])
		size = binary.BigEndian.Uint64(head[:8])
	}
	if err != nil {
		return 0, "", err
	}
	if size > 16<<20 {
		return 0, "", errBadFrame
	}
	data := make([]byte, size)
	_, err = io.ReadFull(w.reader, data)
	return opcode, string(data), err
}

// next returns the next message.
func (w *webSocket) next(t *testing.T) message {
	t.Helper()
	select {
	case m, ok := <-w.messages:
		if !ok {
			t.Fatalf("the connection ended (%d %q) before the next message", w.closing.code, w.closing.reason)
		}
		return m
	case <-time.After(patience):
		t.Fatal("no message came")
		return message{}
	}
}

// want reads as many messages as are named and compares them.
func (w *webSocket) want(t *testing.T, messages ...message) {
	t.Helper()
	for i, want := range messages {
		if got := w.next(t); got != want {
			t.Fatalf("message %d is %+.200v, want %+.200v", i+1, got, want)
		}
	}
}

// wantClose reads to the end of the stream, whatever comes before it, and
// compares the close code.
func (w *webSocket) wantClose(t *testing.T, code int) closing {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case _, ok := <-w.messages:
			if ok {
				continue
			}
			if w.closing.code != code {
				t.Errorf("closed with %d %q, want %d", w.closing.code, w.closing.reason, code)
			}
			return w.closing
		case <-deadline:
			t.Fatal("the connection stays open")
		}
	}
}

// wantPong sends a ping frame and reads the pong that carries the same payload.
func (w *webSocket) wantPong(t *testing.T, payload string) {
	t.Helper()
	w.sendFrames(frame{opcode: opPing, payload: payload})
	select {
	case got := <-w.pongs:
		if got != payload {
			t.Fatalf("the pong carries %q, want %q", got, payload)
		}
	case <-w.ended:
		t.Fatalf("the connection ended (%d %q)", w.closing.code, w.closing.reason)
	case <-time.After(patience):
		t.Fatal("no pong came")
	}
}
