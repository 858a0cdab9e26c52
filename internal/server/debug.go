package server

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/metrics"
	"time"
)

// Figures are the numbers that show a leak.
type Figures struct {
	Sessions   uint64 `json:"sessions"`   // that are open
	Panics     uint64 `json:"panics"`     // that were caught
	Goroutines int    `json:"goroutines"` // of the process
	Heap       uint64 `json:"heap"`       // bytes of live objects and those not swept yet
}

// ServeDebug serves the figures that read returns at /figures, and Go's profiles
// at /debug/pprof/, on an address of its own until ctx is done. It returns as soon
// as it listens. Both reveal what clients must not see: the address must be one
// that only this machine reaches.
func ServeDebug(ctx context.Context, addr string, read func() Figures, log *slog.Logger) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; choose another address with -debug-addr", addr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /figures", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(withRuntime(read()))
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { srv.Close() })
	log.Info("figures and profiles", "url", fmt.Sprintf("http://%s/figures", l.Addr()))
	go srv.Serve(l) // ends with ctx
	return nil
}

func withRuntime(f Figures) Figures {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	f.Heap = heap[0].Value.Uint64()
	f.Goroutines = runtime.NumGoroutine()
	return f
}
