// Command server is our half of the comparison of the server's options: it runs
// the application with the options that its one argument names, in JSON.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"signaling/internal/bridge"
	"signaling/internal/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New(`give the settings, as in server '{"options":{"path":"/x"}}'`)
	}
	s, err := parse(args[0])
	if err != nil {
		return err
	}
	opts := s.Options.module()
	if s.has("allowRequest") {
		opts.SetAllowRequest(allowRequest)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	b := bridge.New(opts, log)
	app := newApplication(b, s.Features)

	l, err := server.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", l.Addr())
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case b.Match(r):
			b.ServeHTTP(w, r)
		case r.URL.Path == "/log":
			app.serveLog(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	return server.Serve(ctx, l, server.Site{Handler: h, FastPath: b.FastPath}, b.Close, log)
}
