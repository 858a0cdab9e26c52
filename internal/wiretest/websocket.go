// Package wiretest has clients for tests of the server's packages. They speak
// the wire as it is, and what no correct client would. They know HTTP, frames
// and packets, but none of the packages they test.
package wiretest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Patience is how long a client waits for what must come. A test that runs
// into it has failed.
const Patience = 3 * time.Minute

// WebSocket is a WebSocket client. One goroutine may read while others write.
type WebSocket struct {
	Conn   net.Conn
	Header http.Header // of the answer to the opening handshake
	reader *bufio.Reader

	mu sync.Mutex // held while frames are written: each call's stay together
}

// Handshake is the opening handshake of RFC 6455 section 1.3 for target, with
// extra header lines.
func Handshake(target string, lines ...string) string {
	all := append([]string{
		"GET " + target + " HTTP/1.1", "Host: test", "Connection: Upgrade", "Upgrade: websocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	}, lines...)
	return strings.Join(all, "\r\n") + "\r\n\r\n"
}

// DialTCP opens a TCP connection that gives up when patience ends. It is closed
// when the test ends.
func DialTCP(tb testing.TB, addr string) *net.TCPConn {
	tb.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(Patience))
	return conn.(*net.TCPConn)
}

// Dial opens a WebSocket. It is closed when the test ends.
func Dial(tb testing.TB, addr, target string, lines ...string) *WebSocket {
	tb.Helper()
	w, err := TryDial(addr, target, lines...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { w.Conn.Close() })
	return w
}

// TryDial opens a WebSocket that the caller closes.
func TryDial(addr, target string, lines ...string) (*WebSocket, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	w, err := Open(conn, target, lines...)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return w, nil
}

// Open opens a WebSocket on a connection.
func Open(conn net.Conn, target string, lines ...string) (*WebSocket, error) {
	conn.SetDeadline(time.Now().Add(Patience))
	if _, err := conn.Write([]byte(Handshake(target, lines...))); err != nil {
		return nil, err
	}
	return Answered(conn)
}

// Answered returns the WebSocket of a connection on which the opening handshake
// has been sent.
func Answered(conn net.Conn) (*WebSocket, error) {
	reader := bufio.NewReader(conn)
	res, err := http.ReadResponse(reader, nil)
	if err != nil {
		return nil, fmt.Errorf("open a WebSocket: %w", err)
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		return nil, fmt.Errorf("open a WebSocket: the answer is %s", res.Status)
	}
	conn.SetDeadline(time.Time{})
	return &WebSocket{Conn: conn, Header: res.Header, reader: reader}, nil
}

// On returns a client for a connection that is a WebSocket already.
func On(conn net.Conn) *WebSocket { return &WebSocket{Conn: conn, reader: bufio.NewReader(conn)} }

// Write writes frames at once.
func (w *WebSocket) Write(frames ...Frame) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.Conn.Write(Bytes(frames...))
	return err
}

// Send writes text messages at once.
func (w *WebSocket) Send(tb testing.TB, messages ...string) {
	tb.Helper()
	if err := w.Write(Texts(messages...)...); err != nil {
		tb.Fatalf("send %.80q: %v", messages, err)
	}
}

// Read reads the next frame, of whatever kind. A compressed one comes with its
// bit set and its payload decompressed; one that was not agreed on is an error.
func (w *WebSocket) Read() (Frame, error) {
	w.Conn.SetReadDeadline(time.Now().Add(Patience))
	f, err := ReadFrame(w.reader)
	if err != nil || f.Reserved == 0 {
		return f, err
	}
	if w.Header.Get("Sec-WebSocket-Extensions") == "" {
		return f, errors.New("compressed frame without agreement")
	}
	f.Payload, err = Inflate(f.Payload)
	return f, err
}

// Message reads the next text or binary message. A close frame is answered; it
// is an error of type *Closed.
func (w *WebSocket) Message() (Frame, error) {
	for {
		f, err := w.Read()
		switch {
		case err != nil:
			return f, err
		case f.Op == Close:
			w.Write(Frame{Op: Close, Payload: f.Payload}) // fails if the peer is gone already
			return f, &Closed{Code: closeCode(f.Payload)}
		case f.Op == Text, f.Op == Binary:
			return f, nil
		}
	}
}

// Next reads the next message.
func (w *WebSocket) Next(tb testing.TB) Frame {
	tb.Helper()
	f, err := w.Message()
	if err != nil {
		tb.Fatalf("read a message: %v", err)
	}
	return f
}

// Want reads text messages and compares them.
func (w *WebSocket) Want(tb testing.TB, messages ...string) {
	tb.Helper()
	for i, want := range messages {
		if got := w.Next(tb); got.Op != Text || got.Payload != want {
			tb.Fatalf("message %d is %.200q (opcode %d), want text %.200q", i+1, got.Payload, got.Op, want)
		}
	}
}

// WantBinary reads a binary message and compares it.
func (w *WebSocket) WantBinary(tb testing.TB, want string) {
	tb.Helper()
	if got := w.Next(tb); got.Op != Binary || got.Payload != want {
		tb.Fatalf("the message is %.200q (opcode %d), want binary %.200q", got.Payload, got.Op, want)
	}
}

// NoCode is the code of a close frame without one; NoFrame of a connection that
// ended without a close frame.
const (
	NoCode  = 1005
	NoFrame = 1006
)

// Closed is the error of a connection that the server has closed in order.
type Closed struct{ Code int }

func (c *Closed) Error() string { return fmt.Sprintf("closed with code %d", c.Code) }

func closeCode(payload string) int {
	if len(payload) < 2 {
		return NoCode
	}
	return int(binary.BigEndian.Uint16([]byte(payload)))
}

// WantClose reads up to the end, whatever comes before, and compares the code.
func (w *WebSocket) WantClose(tb testing.TB, code int) {
	tb.Helper()
	if got := w.End(tb); got != code {
		tb.Errorf("closed with code %d, want %d", got, code)
	}
}

// End reads up to the end, closes the connection and returns the code.
func (w *WebSocket) End(tb testing.TB) int {
	tb.Helper()
	defer w.Conn.Close()
	for {
		_, err := w.Message()
		var closed *Closed
		var network net.Error
		switch {
		case errors.As(err, &closed):
			return closed.Code
		case errors.As(err, &network) && network.Timeout():
			tb.Fatal("the connection stays open")
		case err != nil:
			return NoFrame
		}
	}
}
