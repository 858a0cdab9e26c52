package engine

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// The connection of a client that waits for the answer is taken from net/http
// for nothing; what another one has sent too early must be asked for.
func TestConnectionIsTakenFromNetHTTP(t *testing.T) {
	greeting := wiretest.Texts("4early")
	for _, row := range []struct {
		name     string
		along    []wiretest.Frame // sent in one with the request
		before   []wiretest.Frame // sent before the answer
		hijacked int32
	}{
		{"of a client that waits", nil, nil, 0},
		{"with a message along", greeting, nil, 1},
		{"with a message before the answer", nil, greeting, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			opts := options()
			asked, proceed := make(chan struct{}), make(chan struct{})
			opts.AllowRequest = func(r *http.Request) error {
				close(asked)
				<-proceed
				if row.before != nil {
					conn := r.Context().Value(connKey{}).(*rawConn)
					eventually(t, "net/http has read the message's first byte", func() bool { return !conn.reads.headEnds.Load() })
				}
				return nil
			}
			var hijacked atomic.Int32
			f := serveOn(t, opts, echo, func(web *httptest.Server) {
				web.Listener = Listener(web.Listener)
				web.Config.ConnContext = ConnContext
				web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
					if state == http.StateHijacked {
						hijacked.Add(1)
					}
				}
			})
			conn := wiretest.DialTCP(t, f.addr)
			io.WriteString(conn, wiretest.Handshake(target+WebSocket)+string(wiretest.Bytes(row.along...)))
			<-asked
			conn.Write(wiretest.Bytes(row.before...))
			close(proceed)
			w, err := wiretest.Answered(conn)
			if err != nil {
				t.Fatal(err)
			}
			w.Next(t) // the open packet
			if row.along != nil || row.before != nil {
				w.Want(t, "4early")
			}
			time.Sleep(10 * time.Millisecond) // for net/http to do what it would
			w.Send(t, "4later")
			w.Want(t, "4later")
			if n := hijacked.Load(); n != row.hijacked {
				t.Errorf("%d connections were hijacked, want %d", n, row.hijacked)
			}
		})
	}
}
