package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"signaling/internal/config"
)

// Main runs the program with the arguments, the environment and the standard
// streams of the process, and returns the exit code of the process. pages are
// those of Run.
//
// SIGTERM or an interrupt ends the program in order; a second one ends the
// process at once.
func Main(pages fs.FS) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)   // the second signal gets its default action
	signal.Ignore(syscall.SIGPIPE) // the server outlives the reader of its log
	err := Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr, pages)
	code = config.ExitCode(err)
	if code != 0 {
		fmt.Fprintln(os.Stderr, "signaling:", err)
	}
	return code
}
