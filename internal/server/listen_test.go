package server

import (
	"net"
	"strings"
	"testing"
)

func TestListenErrorsAreOneLineThatHelps(t *testing.T) {
	busy, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for _, row := range []struct {
		name, addr, want string
	}{
		{"a port that is taken", busy.Addr().String(), busy.Addr().String() + " is in use: stop what listens there, or choose another address with -addr"},
		{"an address of another machine", "192.0.2.1:0", "choose another address with -addr"},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, err := Listen(row.addr)
			if err == nil {
				l.Close()
				t.Fatal("it listens")
			}
			if got := err.Error(); !strings.Contains(got, row.want) || !strings.Contains(got, row.addr[:strings.IndexByte(row.addr, ':')]) || strings.Contains(got, "\n") {
				t.Errorf("the error is %q, want %q in it", got, row.want)
			}
		})
	}
}

func TestAnnouncedAddress(t *testing.T) {
	for _, row := range []struct {
		name string
		addr net.Addr
		want string
	}{
		{"all interfaces", &net.TCPAddr{IP: net.IPv6unspecified, Port: 8181}, "Open http://localhost:8181/ in two browser windows\n"},
		{"all interfaces of IPv4", &net.TCPAddr{IP: net.IPv4zero, Port: 80}, "Open http://localhost:80/ in two browser windows\n"},
		{"the loopback interface", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, "Open http://localhost:1/ in two browser windows\n"},
		{"one address", &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8181}, "Open http://192.0.2.7:8181/ in two browser windows\n"},
		{"one address of IPv6", &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 8181}, "Open http://[2001:db8::1]:8181/ in two browser windows\n"},
		{"no TCP address", &net.UnixAddr{Name: "/run/x", Net: "unix"}, "Listening on /run/x\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out strings.Builder
			if Announce(&out, row.addr); out.String() != row.want {
				t.Errorf("announced %q, want %q", out.String(), row.want)
			}
		})
	}
}
