package app

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"

	"signaling/handlers"
	"signaling/internal/bridge"
	"signaling/internal/config"
	"signaling/internal/gcpacer"
	"signaling/internal/limit"
	"signaling/internal/server"
	"signaling/internal/web"
)

// Run reads the settings from args, which do not hold the program's name, and
// from the environment that getenv gives, and serves as they say until ctx is
// done. Then it closes the sessions and returns nil.
//
// It prints its address, or what -h or -version ask for, to stdout, and logs to
// stderr. pages are the files that it serves unless -public names a folder; they
// must be io.Seekers, as those of embed.FS are.
//
// The error is one line for the person who started the program; config.ExitCode
// returns the exit code for it. Several calls of Run may be active at once, on
// different addresses.
func Run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer, pages fs.FS) error {
	c, err := config.Parse(args, getenv, stdout)
	if err != nil {
		return err
	}
	log := c.Logger(stderr)
	p, err := newProgram(c, pages, log)
	if err != nil {
		return err
	}
	if err := p.serveDebug(ctx); err != nil {
		return addressError(err)
	}
	l, err := server.Listen(c.Addr)
	if err != nil {
		return addressError(err)
	}
	server.WarnDescriptors(c.Limits.MaxSessions, log)
	server.Announce(stdout, l.Addr())
	return p.serve(ctx, l)
}

// program is a server that is built and does not serve yet.
type program struct {
	config config.Config
	log    *slog.Logger
	counts *limit.Counts
	gate   *limit.Gate
	bridge *bridge.Bridge
	routes http.Handler // of every request but those of server.Health
}

// newProgram builds the program that the settings describe. Its errors are
// config.UsageErrors.
func newProgram(c config.Config, pages fs.FS, log *slog.Logger) (*program, error) {
	files, err := fileHandler(c, pages)
	if err != nil {
		return nil, err
	}
	verifier, err := newVerifier(c)
	if err != nil {
		return nil, err
	}
	bundle := web.NewBundle(c.Path)
	if !bundle.Available() {
		log.Warn(web.BundleMissing)
	}
	p := &program{config: c, log: log, counts: limit.NewCounts(log)}
	p.gate = limit.NewGate(admission(c.Limits), p.counts)
	p.bridge = bridge.New(socketOptions(c), log, engineLimits(c.Limits, p.gate))
	p.bridge.Limit(clientLimits(c.Limits, p.counts))
	handlers.Register(p.bridge, roomLimits(c))

	var ice http.Handler = iceServers(c)
	if verifier != nil {
		p.bridge.Admit(admitWith(verifier))
		ice = verifier.Protect(ice) // the credentials in it allow to relay through TURN
	}
	p.routes = server.Routes(p.bridge, bundle, ice, files)
	return p, nil
}

// serveDebug serves figures and profiles of the program on -debug-addr, if that is
// set, until ctx is done.
func (p *program) serveDebug(ctx context.Context) error {
	if p.config.DebugAddr == "" {
		return nil
	}
	figures := func() server.Figures {
		return server.Figures{Sessions: p.bridge.Engine().ClientsCount(), Panics: p.bridge.Panics()}
	}
	return server.ServeDebug(ctx, p.config.DebugAddr, figures, p.log)
}

// serve serves on l until ctx is done, and closes it.
func (p *program) serve(ctx context.Context, l net.Listener) error {
	go server.ReserveDescriptors()                      // ends soon
	go gcpacer.Run(ctx, p.bridge.Engine().ClientsCount) // ends with ctx
	var health server.Health
	stop := func() {
		health.SetNotReady()
		p.bridge.Drain(context.Background(), p.config.Drain)
		p.bridge.Close()
	}
	s := server.Server{
		Site:   server.Site{Handler: health.Routes(p.routes), FastPath: p.bridge.FastPath},
		Limits: httpLimits(p.config.Limits),
		Counts: p.counts,
		Log:    p.log,
	}
	err := s.Serve(ctx, l, stop)
	admitted, peak := p.gate.Admitted()
	p.counts.LogTotals()
	p.log.Info("stopped", "handshakes", admitted, "most_in_a_second", peak)
	return err
}
