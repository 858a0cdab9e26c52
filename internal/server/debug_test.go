package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

func TestDebug(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var log wiretest.Log
	read := func() Figures { return Figures{Sessions: 3, Panics: 5} }
	if err := ServeDebug(ctx, "127.0.0.1:0", read, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	addr := regexp.MustCompile(`http://([^/]+)/figures`).FindStringSubmatch(log.String())
	if addr == nil {
		t.Fatalf("the log does not have the address: %s", log.String())
	}
	browser := wiretest.NewBrowser(t, addr[1])
	var f Figures
	if err := json.Unmarshal([]byte(browser.Must(t, "GET", "/figures", "").Body), &f); err != nil {
		t.Fatal(err)
	}
	if f.Sessions != 3 || f.Panics != 5 || f.Goroutines < 1 || f.Heap == 0 {
		t.Errorf("the figures are %+v", f)
	}
	if a := browser.Must(t, "GET", "/debug/pprof/goroutine?debug=1", ""); !strings.Contains(a.Body, "TestDebug") {
		t.Errorf("the profile of goroutines is %d %.200q", a.Status, a.Body)
	}
	if err := ServeDebug(ctx, addr[1], read, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "-debug-addr") {
		t.Errorf("on an address in use: %v", err)
	}
	cancel()
	for {
		conn, err := net.Dial("tcp", addr[1])
		if err != nil {
			return // it has ended with its context
		}
		conn.Close()
	}
}
