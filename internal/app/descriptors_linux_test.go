package app

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// The program raises its soft limit of descriptors to the hard one.
func TestSoftLimitIsRaised(t *testing.T) {
	p := spawn(t, "ulimit -Sn 20;", "-max-sessions", "1000000")
	for range 40 {
		wiretest.Connect(t, p.addr)
	}
	if !strings.Contains(p.log.String(), "fewer file descriptors than -max-sessions") {
		t.Errorf("the log says %q", p.log)
	}
}

// A server without free descriptors goes on serving its clients, answers 503 to
// others, and accepts them again when descriptors are free.
func TestDescriptorsUsedUp(t *testing.T) {
	p := spawn(t, "ulimit -n 64;")
	a, b := wiretest.Connect(t, p.addr), wiretest.Connect(t, p.addr)
	var crowd []*wiretest.WebSocket
	refused := 0
	for range 200 {
		w, err := wiretest.TryDial(p.addr, wiretest.PeerTarget)
		if err != nil {
			if !strings.Contains(err.Error(), "503") {
				t.Fatalf("client %d is answered %v, want a 503", len(crowd)+refused, err)
			}
			refused++
			continue
		}
		defer w.Conn.Close()
		crowd = append(crowd, w)
	}
	if refused == 0 || len(crowd) < 20 {
		t.Fatalf("%d are in and %d are refused, with 64 descriptors", len(crowd), refused)
	}
	a.Send(t, `42["offer",1]`)
	b.Want(t, `42["offer",1]`)
	if log := p.log.String(); strings.Count(log, "all file descriptors are used") != 1 {
		t.Errorf("the log says %q", log)
	}
	crowd[0].Conn.Close() // one descriptor is too few for a page
	if a := wiretest.NewBrowser(t, p.addr).Must(t, "GET", "/", ""); a.Status != 503 || !strings.Contains(a.Body, "full") {
		t.Errorf("the page is answered %d %q", a.Status, a.Body)
	}
	for _, w := range crowd {
		w.Conn.Close()
	}
	for end := time.Now().Add(wiretest.Patience); ; time.Sleep(time.Millisecond) {
		late, err := wiretest.TryConnect(p.addr)
		if err == nil {
			defer late.Conn.Close()
			late.Send(t, `42["offer",2]`)
			a.Want(t, `42["offer",2]`)
			break
		}
		if time.Now().After(end) {
			t.Fatalf("with room again: %v", err)
		}
	}
	p.signal(t, syscall.SIGTERM)
	a.WantClose(t, wiretest.NoCode)
	p.wantExit(t)
}
