package limit

import (
	"net/http"
	"testing"
)

func TestClient(t *testing.T) {
	for _, row := range []struct {
		name, trusted, peer string
		forwarded           []string
		want                string
	}{
		{"no proxy", "", "192.0.2.1:99", nil, "192.0.2.1"},
		{"a header that nobody is trusted with", "", "192.0.2.1:99", []string{"198.51.100.1"}, "192.0.2.1"},
		{"a header from somebody else", "10.0.0.0/8", "192.0.2.1:99", []string{"198.51.100.1"}, "192.0.2.1"},
		{"a header from the proxy", "10.0.0.0/8", "10.0.0.1:99", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what the client has put before it", "10.0.0.0/8", "10.0.0.1:99", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"likewise as a line of its own", "10.0.0.0/8", "10.0.0.1:99", []string{"203.0.113.9", "198.51.100.1"}, "198.51.100.1"},
		{"a proxy behind a proxy", "10.0.0.0/8,2001:db8::1", "10.0.0.1:99", []string{"203.0.113.9, 198.51.100.1,10.2.0.1", "2001:db8::1"}, "198.51.100.1"},
		{"proxies only", "10.0.0.0/8", "10.0.0.1:99", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"a proxy that says nothing", "10.0.0.0/8", "10.0.0.1:99", nil, "10.0.0.1"},
		{"a header that is no address", "10.0.0.0/8", "10.0.0.1:99", []string{"198.51.100.1, unknown"}, "10.0.0.1"},
		{"an empty header", "10.0.0.0/8", "10.0.0.1:99", []string{""}, "10.0.0.1"},
		{"an address with its port", "10.0.0.0/8", "10.0.0.1:99", []string{"198.51.100.1:5000"}, "198.51.100.1"},
		{"IPv6 in brackets, with its port", "::1", "[::1]:99", []string{"[2001:db8::7]:5000"}, "2001:db8::7"},
		{"IPv6 in brackets", "::1", "[::1]:99", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"IPv4 in IPv6", "127.0.0.1", "[::ffff:127.0.0.1]:99", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"an interface's name", "", "[fe80::1%eth0]:99", nil, "fe80::1"},
		{"a peer without address", "10.0.0.0/8", "@", []string{"198.51.100.1"}, "invalid IP"},
	} {
		t.Run(row.name, func(t *testing.T) {
			proxies, err := ParseProxies(row.trusted)
			if err != nil {
				t.Fatal(err)
			}
			r := &http.Request{RemoteAddr: row.peer, Header: http.Header{"X-Forwarded-For": row.forwarded}}
			if got := proxies.Client(r).String(); got != row.want {
				t.Errorf("the client is %s, want %s", got, row.want)
			}
		})
	}
}

func TestGroupsOfAddresses(t *testing.T) {
	for _, row := range []struct {
		a, b string
		same bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
		{"2001:db8:0:1::1", "2001:db8:0:2::1", false},
	} {
		if same := group(parseAddr(row.a)) == group(parseAddr(row.b)); same != row.same {
			t.Errorf("%s and %s count as one: %v", row.a, row.b, same)
		}
	}
}
