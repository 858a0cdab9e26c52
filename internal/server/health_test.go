package server

import (
	"net/http"
	"testing"

	"signaling/internal/wiretest"
)

func TestHealth(t *testing.T) {
	var health Health
	r := run(t, health.Routes(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(418) })), func() {})
	browser := wiretest.NewBrowser(t, r.addr)
	browser.Must(t, "GET", "/healthz", "").Want(t, 200, "live\n")
	browser.Must(t, "GET", "/readyz", "").Want(t, 200, "ready\n")
	browser.Must(t, "HEAD", "/readyz", "").Want(t, 200, "")
	browser.Must(t, "GET", "/readyz/", "").Want(t, 418, "")
	health.SetNotReady()
	browser.Must(t, "GET", "/healthz", "").Want(t, 200, "live\n")
	browser.Must(t, "GET", "/readyz", "").Want(t, 503, "leaving\n")
}
