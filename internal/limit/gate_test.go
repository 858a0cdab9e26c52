package limit

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

func from(addr string) *http.Request { return &http.Request{RemoteAddr: addr + ":1"} }

func TestGate(t *testing.T) {
	for _, row := range []struct {
		name  string
		rules Admission
		come  []string // the addresses of those who come
		leave int      // how many of the first leave before the last comes
		want  error    // for the last; all others are admitted
		cause Cause
	}{
		{"no limit", Admission{}, []string{"1.1.1.1", "1.1.1.1", "1.1.1.1"}, 0, nil, 0},
		{"the server is full", Admission{Sessions: 2}, []string{"1.1.1.1", "2.2.2.2", "3.3.3.3"}, 0, errFull, Sessions},
		{"somebody has left", Admission{Sessions: 2}, []string{"1.1.1.1", "2.2.2.2", "3.3.3.3"}, 1, nil, 0},
		{"an address has its share", Admission{SessionsPerIP: 2}, []string{"1.1.1.1", "1.1.1.1", "1.1.1.1"}, 0, errPerIP, SessionsPerIP},
		{"others have theirs", Admission{SessionsPerIP: 2}, []string{"1.1.1.1", "1.1.1.1", "2.2.2.2"}, 0, nil, 0},
		{"one of an address has left", Admission{SessionsPerIP: 2}, []string{"1.1.1.1", "1.1.1.1", "1.1.1.1"}, 1, nil, 0},
		{"a network of IPv6 is one", Admission{SessionsPerIP: 2}, []string{"[2001:db8::1]", "[2001:db8::2]", "[2001:db8::3]"}, 0, errPerIP, SessionsPerIP},
		{"too many at once", Admission{Rate: Rate{1, 2}}, []string{"1.1.1.1", "2.2.2.2", "3.3.3.3"}, 2, errRate, HandshakeRate},
		{"too many of an address at once", Admission{RatePerIP: Rate{1, 2}}, []string{"1.1.1.1", "1.1.1.1", "1.1.1.1"}, 2, errPerRate, HandshakeRatePerIP},
		{"others may come at once", Admission{RatePerIP: Rate{1, 2}}, []string{"1.1.1.1", "1.1.1.1", "2.2.2.2"}, 2, nil, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			log := new(wiretest.Log)
			counts := NewCounts(slog.New(slog.NewTextHandler(log, nil)))
			g := NewGate(row.rules, counts)
			var release []func()
			for i, addr := range row.come[:len(row.come)-1] {
				r, err := g.Admit(from(addr))
				if err != nil {
					t.Fatalf("%s, who comes as number %d, is refused: %v", addr, i+1, err)
				}
				release = append(release, r)
			}
			for _, r := range release[:row.leave] {
				r()
			}
			last := row.come[len(row.come)-1]
			_, err := g.Admit(from(last))
			if err != row.want {
				t.Fatalf("the last gets %v, want %v", err, row.want)
			}
			if err == nil {
				return
			}
			if n := counts.Of(row.cause); n != 1 {
				t.Errorf("%s is counted %d times", row.cause, n)
			}
			if said := log.String(); !strings.Contains(said, "limit="+row.cause.String()) || !strings.Contains(said, strings.Trim(last, "[]")) {
				t.Errorf("the log says %q", said)
			}
		})
	}
}

// Refused handshakes of one address do not use up the rate of all.
func TestAddressOverItsRateStarvesNobody(t *testing.T) {
	g := NewGate(Admission{Rate: Rate{1, 10}, RatePerIP: Rate{1, 3}}, NewCounts(slog.New(slog.DiscardHandler)))
	for range 1000 {
		g.Admit(from("6.6.6.6"))
	}
	if _, err := g.Admit(from("1.1.1.1")); err != nil {
		t.Errorf("another gets %v", err)
	}
	if total, peak := g.Admitted(); total < 4 || total > 5 || peak > total || peak < 2 {
		t.Errorf("%d were admitted, at most %d in a second", total, peak)
	}
}

// The table of addresses does not grow with every address that was ever admitted.
func TestGateForgetsAddresses(t *testing.T) {
	g := NewGate(Admission{SessionsPerIP: 2, RatePerIP: Rate{1, 1}}, NewCounts(slog.New(slog.DiscardHandler)))
	now := int64(0)
	for i := range 100_000 {
		addr := parseAddr(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255))
		now += second / 100 // so that what one has taken is there again a hundred others later
		if _, err := g.admit(addr, now); err != nil {
			t.Fatal(err)
		}
		g.mu.Lock()
		g.peers[addr].sessions-- // left, but not yet at its full rate
		g.mu.Unlock()
	}
	if n := len(g.peers); n > 1000 {
		t.Errorf("%d addresses are remembered", n)
	}
}

func TestLinesAreFew(t *testing.T) {
	log := new(wiretest.Log)
	counts := NewCounts(slog.New(slog.NewTextHandler(log, nil)))
	for range 10_000 {
		if counts.Add(Descriptors) {
			counts.Log(Descriptors)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines are logged", n)
	}
	all := map[string]int64{}
	for cause, n := range counts.All() {
		all[cause.String()] = n
	}
	if len(all) != int(causes) || all["descriptors"] != 10_000 {
		t.Errorf("the counts are %v", all)
	}
}

func BenchmarkAdmit(b *testing.B) {
	g := NewGate(Admission{SessionsPerIP: 1 << 30, RatePerIP: Rate{1 << 30, 1 << 30}}, NewCounts(nil))
	r := from("192.0.2.1")
	for b.Loop() {
		release, err := g.Admit(r)
		if err != nil {
			b.Fatal(err)
		}
		release()
	}
}
