// Command soak keeps a server busy for a while and looks at what stays behind.
// Official clients of every version call each other, in pairs that come and go;
// beside them others come, flood, stall, break the rules and vanish at random.
// Of what the well-behaved send nothing may be lost or reordered, and the
// server's memory, goroutines and descriptors must not grow.
//
// Run it from the top of the repository, as "make soak" does: it takes the
// server in bin/ and the clients of test/clients.
//
//	-duration  how long; default 10m
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	duration := flag.Duration("duration", 10*time.Minute, "how long")
	flag.Parse()
	if err := run(ctx, *duration); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// callsAtOnce is how many pairs of official clients talk at any time.
const callsAtOnce = 8

// run soaks a server for the duration and returns what is wrong with it.
func run(ctx context.Context, duration time.Duration) error {
	srv, err := startServer()
	if err != nil {
		return err
	}
	defer srv.kill()
	before, err := srv.atRest()
	if err != nil {
		return err
	}
	fmt.Printf("at rest %s\n", before)
	crowd, err := startCrowd("http://"+srv.addr, callsAtOnce)
	if err != nil {
		return err
	}
	defer crowd.kill()
	soaking, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	abuse := startAbuse(soaking, srv.addr)
	samples, err := watch(soaking, srv)
	cancel()
	abused := abuse.wait()
	if err != nil {
		return err
	}
	said, err := crowd.stop()
	if err != nil {
		return err
	}
	fmt.Printf("calls %d, delivered %d, errors %d\nabuse %s\n", said.Calls, said.Delivered, len(said.Errors), abused)
	after, err := srv.settle(before)
	if err != nil {
		return err
	}
	fmt.Printf("after %s\n", after)
	return judge(verdict{said: said, before: before, after: after, samples: samples, log: srv.stop()})
}
