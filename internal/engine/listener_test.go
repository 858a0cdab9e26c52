package engine

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// listened returns both ends of a connection through Listener.
func listened(t *testing.T) (client *net.TCPConn, server net.Conn) {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := Listener(tcp)
	defer l.Close()
	c := wiretest.DialTCP(t, l.Addr().String())
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return c, server
}

func TestListenerCarriesMoreThanABuffer(t *testing.T) {
	client, server := listened(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<18)
	go func() {
		client.Write(sent)
		client.CloseWrite()
	}()
	echoed := make(chan error, 1)
	go func() {
		defer server.Close()
		_, err := io.Copy(struct{ io.Writer }{server}, struct{ io.Reader }{server})
		echoed <- err
	}()
	got, err := io.ReadAll(client)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("got %d bytes back of %d, error %v", len(got), len(sent), err)
	}
	if err := <-echoed; err != nil {
		t.Errorf("echo: %v", err)
	}
}

func TestListenerReadOfNothing(t *testing.T) {
	_, server := listened(t)
	if n, err := server.Read(nil); n != 0 || err != nil {
		t.Errorf("got %d, %v; want 0, nil at once", n, err)
	}
}

// The errors are those of package net, which net/http tells apart.
func TestListenerErrors(t *testing.T) {
	rows := []struct {
		name string
		do   func(client *net.TCPConn, server net.Conn) error
		want error
		op   string
	}{
		{"read after the deadline", func(_ *net.TCPConn, s net.Conn) error {
			s.SetReadDeadline(time.Now().Add(-time.Second))
			return readByte(s)
		}, os.ErrDeadlineExceeded, "read"},
		{"deadline set while reading", func(_ *net.TCPConn, s net.Conn) error {
			time.AfterFunc(10*time.Millisecond, func() { s.SetReadDeadline(time.Now()) })
			return readByte(s)
		}, os.ErrDeadlineExceeded, "read"},
		{"write after the deadline", func(_ *net.TCPConn, s net.Conn) error {
			s.SetWriteDeadline(time.Now().Add(-time.Second))
			_, err := s.Write([]byte("a"))
			return err
		}, os.ErrDeadlineExceeded, "write"},
		{"read after close", func(_ *net.TCPConn, s net.Conn) error {
			s.Close()
			return readByte(s)
		}, net.ErrClosed, "read"},
		{"closed while reading", func(_ *net.TCPConn, s net.Conn) error {
			time.AfterFunc(10*time.Millisecond, func() { s.Close() })
			return readByte(s)
		}, net.ErrClosed, "read"},
		{"write after close", func(_ *net.TCPConn, s net.Conn) error {
			s.Close()
			_, err := s.Write([]byte("a"))
			return err
		}, net.ErrClosed, "write"},
		{"end", func(c *net.TCPConn, s net.Conn) error {
			c.Close()
			return readByte(s)
		}, io.EOF, ""},
		{"reset", func(c *net.TCPConn, s net.Conn) error {
			c.SetLinger(0)
			c.Close()
			return readByte(s)
		}, syscall.ECONNRESET, "read"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			err := row.do(listened(t))
			if !errors.Is(err, row.want) {
				t.Fatalf("got %v, want %v", err, row.want)
			}
			var op *net.OpError
			if errors.As(err, &op) && op.Op != row.op || op == nil && row.op != "" {
				t.Errorf("got %#v, want an error of %q", err, row.op)
			}
		})
	}
}

func readByte(r io.Reader) error {
	_, err := r.Read(make([]byte, 1))
	return err
}
