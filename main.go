// Command signaling is a WebRTC signaling server: a Socket.IO server with the
// events of the page that it serves.
package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/handlers"
	"signaling/internal/auth"
	"signaling/internal/bridge"
	"signaling/internal/config"
	"signaling/internal/ice"
	"signaling/internal/limit"
	"signaling/internal/server"
	"signaling/internal/web"
)

//go:embed public
var page embed.FS

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second signal ends the process at once
	signal.Ignore(syscall.SIGPIPE) // whoever reads the log may go: the server stays
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	code := config.ExitCode(err)
	if code != 0 {
		fmt.Fprintln(os.Stderr, "signaling:", err)
	}
	os.Exit(code)
}

// run serves until ctx is done. Its error is one line for the person who
// started the program; config.ExitCode gives its exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	c, err := config.Parse(args, getenv, stdout)
	if err != nil {
		return err
	}
	log := c.Logger(stderr)
	pages, err := publicPages(c)
	if err != nil {
		return err
	}
	bundle := web.NewBundle(c.Path)
	if !bundle.Available() {
		log.Warn(web.BundleMissing)
	}
	counts := limit.NewCounts(log)
	gate := limit.NewGate(admission(c.Limits), counts)
	b := bridge.New(socketOptions(c), log, engineLimits(c.Limits, gate))
	b.Limit(clientLimits(c.Limits, counts))
	servers, err := admit(b, c, iceServers(c))
	if err != nil {
		return err
	}
	handlers.Register(b, roomLimits(c))

	if err := debug(ctx, c, b, log); err != nil {
		return err
	}
	l, err := server.Listen(c.Addr)
	if err != nil {
		return err
	}
	server.WarnDescriptors(c.Limits.MaxSessions, log)
	server.Announce(stdout, l.Addr())
	go server.ReserveDescriptors()                     // ends soon
	go server.TidyMemory(ctx, b.Engine().ClientsCount) // ends with ctx
	var health server.Health
	leave := func() {
		health.Leave()
		b.Drain(context.Background(), c.Drain)
		b.Close()
	}
	site := server.Site{Handler: health.Routes(server.Routes(b, bundle, servers, pages)), Direct: b.Direct}
	err = bounds(c.Limits, counts).Serve(ctx, l, site, leave, log)
	admitted, peak := gate.Admitted()
	counts.LogTotals()
	log.Info("stopped", "handshakes", admitted, "most_in_a_second", peak)
	return err
}

// debug serves figures of the server, where the settings want them.
func debug(ctx context.Context, c config.Config, b *bridge.Bridge, log *slog.Logger) error {
	if c.DebugAddr == "" {
		return nil
	}
	figures := func() server.Figures {
		return server.Figures{Sessions: b.Engine().ClientsCount(), Panics: b.Panics()}
	}
	return server.ServeDebug(ctx, c.DebugAddr, figures, log)
}

// publicPages serves the embedded pages, or the folder of -public.
func publicPages(c config.Config) (http.Handler, error) {
	if c.Public == "" {
		files, err := fs.Sub(page, "public")
		return web.Pages(files), err
	}
	files, err := web.OpenDir(c.Public)
	return web.Files(files), err
}

func roomLimits(c config.Config) handlers.Limits {
	return handlers.Limits{RoomPeers: c.RoomPeers, ClientRooms: c.ClientRooms, NameLength: c.NameLength}
}

func iceServers(c config.Config) ice.Servers {
	return ice.Servers{STUN: c.STUN, TURN: c.TURN, Secret: c.TURNSecret, TTL: c.TURNTTL}
}

// socketOptions translates the settings for the module.
func socketOptions(c config.Config) *socket.ServerOptions {
	o := socket.DefaultServerOptions()
	o.SetPath(c.Path)
	o.SetAllowEIO3(true) // the page's own time was that of clients 1.x
	o.SetTransports(types.NewSet(c.Transports...))
	o.SetPingInterval(c.PingInterval)
	o.SetPingTimeout(c.PingTimeout)
	o.SetConnectTimeout(c.ConnectTimeout)
	o.SetMaxHttpBufferSize(c.MaxPayload)
	o.SetCors(&types.Cors{Origin: c.Origins.Allow, Credentials: true})
	if c.Recovery > 0 {
		r := &socket.ConnectionStateRecovery{}
		r.SetMaxDisconnectionDuration(c.Recovery.Milliseconds())
		o.SetConnectionStateRecovery(r)
	}
	if c.Compression > 0 {
		o.SetPerMessageDeflate(&types.PerMessageDeflate{Threshold: c.Compression})
	}
	if c.Parser == config.MsgpackPackets {
		o.SetParser(bridge.MessagePack)
	}
	if !c.Origins.Any() {
		o.SetAllowRequest(allowOrigins(c.Origins))
	}
	return o
}

// allowOrigins refuses handshakes of pages from other origins than those that
// are allowed and our own. A client that is no browser sends no Origin and is
// let in.
func allowOrigins(allowed config.Origins) func(*types.HttpContext) error {
	return func(ctx *types.HttpContext) error {
		origin := ctx.Headers().Peek("Origin")
		if origin == "" || allowed.Allow(origin) {
			return nil
		}
		if u, err := url.Parse(origin); err == nil && u.Host == ctx.Request().Host {
			return nil
		}
		return fmt.Errorf("origin %s is not allowed here", origin)
	}
}

// admit makes the server ask for the token that the settings want, if any, and
// likewise the handler servers, whose answer lets its reader relay through TURN.
func admit(b *bridge.Bridge, c config.Config, servers http.Handler) (http.Handler, error) {
	if auth.Mode(c.Auth) == auth.None {
		if c.AuthKey != "" || c.AuthSecret != "" {
			return nil, errors.New("there is a key for tokens but nobody is asked for one: add -auth token or -auth jwt")
		}
		return servers, nil
	}
	verifier, err := auth.New(auth.Settings{
		Mode: auth.Mode(c.Auth), Secret: c.AuthSecret, KeyFile: c.AuthKey, Audience: c.AuthAudience, Leeway: c.AuthLeeway,
	})
	if err != nil {
		return nil, err
	}
	b.Admit(func(a bridge.Applicant) *bridge.Refusal {
		if refusal := verifier.Check(a.Auth, a.Request); refusal != nil {
			return &bridge.Refusal{Code: string(refusal.Code), Message: refusal.Message}
		}
		return nil
	})
	return verifier.Protect(servers), nil
}
