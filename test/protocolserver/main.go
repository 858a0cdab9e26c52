// Command protocolserver is the server that the public protocol test suites of
// Engine.IO and Socket.IO expect, on the same engine, codec and rooms as the
// signaling server: /engine.io/ echoes, /socket.io/ answers as the suites ask.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
	"signaling/internal/engine"
	"signaling/internal/packet"
	"signaling/internal/server"
)

// What the suites expect of the server's settings.
const (
	pingInterval   = 300 * time.Millisecond
	pingTimeout    = 200 * time.Millisecond
	maxPayload     = 1_000_000
	connectTimeout = 1000 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	addr := flag.String("addr", ":3000", "`host:port` to listen on; port 0 picks a free one")
	flag.Parse()
	if err := run(ctx, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "protocolserver:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	echo := engine.NewServer(echoOptions(), echoer{})
	b := bridge.New(socketOptions(), log, nameRevision)
	answer(b.Server())

	mux := http.NewServeMux()
	mux.Handle("/engine.io/", echo)
	mux.Handle("/socket.io/", b)
	l, err := server.Listen(addr)
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", l.Addr())
	stop := func() {
		echo.Close()
		b.Close()
	}
	fastPath := func(path string) (http.Handler, int64) {
		if path == "/engine.io/" {
			return echo, maxPayload
		}
		return b.FastPath(path)
	}
	return server.Serve(ctx, l, server.Site{Handler: mux, FastPath: fastPath}, stop, log)
}

func echoOptions() engine.Options {
	o := engine.DefaultOptions()
	o.AllowRevision3 = true
	nameRevision(&o)
	o.PingInterval, o.PingTimeout, o.MaxPayload = pingInterval, pingTimeout, maxPayload
	o.CORS = &engine.CORS{Credentials: true}
	return o
}

// nameRevision makes the engine refuse a handshake that names no revision, as
// the suites ask; Node's servers with allowEIO3 take it for revision 3.
func nameRevision(o *engine.Options) { o.NameRevision = true }

// echoer sends every Engine.IO message back as it came.
type echoer struct{}

func (echoer) Opened(*engine.Session, *engine.Batch) {}
func (echoer) Closed(*engine.Session, engine.Reason) {}

func (echoer) Received(s *engine.Session, b *engine.Batch, data []byte, binary bool) {
	if binary {
		b.Send(s, packet.NewBinary(data))
		return
	}
	b.Send(s, packet.NewText(append(make([]byte, packet.Headroom), data...)))
}

func socketOptions() *socket.ServerOptions {
	o := socket.DefaultServerOptions()
	o.SetAllowEIO3(true)
	o.SetPingInterval(pingInterval)
	o.SetPingTimeout(pingTimeout)
	o.SetMaxHttpBufferSize(maxPayload)
	o.SetConnectTimeout(connectTimeout)
	o.SetCors(&types.Cors{Origin: true, Credentials: true})
	return o
}

// answer sets up the two namespaces of the Socket.IO suite.
func answer(io *socket.Server) {
	for _, namespace := range []string{"/", "/custom"} {
		io.Of(namespace, nil).On("connection", func(args ...any) {
			s := args[0].(*socket.Socket)
			s.Emit("auth", s.Handshake().Auth)
			s.On("message", func(args ...any) { s.Emit("message-back", args...) })
			s.On("message-with-ack", func(args ...any) {
				last := len(args) - 1
				if ack, ok := args[last].(socket.Ack); ok {
					ack(args[:last], nil)
				}
			})
		})
	}
}
