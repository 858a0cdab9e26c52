package limit

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks of proxies whose X-Forwarded-For is trusted.
type Proxies []netip.Prefix

// ParseProxies parses a comma-separated list of networks and addresses. "" is no
// proxies.
func ParseProxies(s string) (Proxies, error) {
	var all Proxies
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			addr, err := netip.ParseAddr(part)
			if err != nil || addr.Zone() != "" {
				return nil, errors.New("write networks or addresses, comma-separated, such as 10.0.0.0/8,127.0.0.1,2001:db8::/32")
			}
			network = netip.PrefixFrom(addr, addr.BitLen())
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

// trust reports whether addr is a proxy's.
func (p Proxies) trust(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// Client returns the address of the client that sent a request: that of the peer
// or, if the peer is a proxy of p, the last address in X-Forwarded-For that is not
// a proxy's. The client itself may have written those before it. Client returns
// the zero Addr for a peer without an IP address.
func (p Proxies) Client(r *http.Request) netip.Addr {
	addr := parseAddr(r.RemoteAddr)
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0; i-- {
		for rest := lines[i]; rest != ""; {
			if !p.trust(addr) {
				return addr
			}
			part := rest
			comma := strings.LastIndexByte(rest, ',')
			part, rest = rest[comma+1:], rest[:max(comma, 0)]
			said := parseAddr(strings.TrimSpace(part))
			if !said.IsValid() {
				return addr // what is before it cannot be trusted
			}
			addr = said
		}
	}
	return addr
}

// parseAddr parses an address with or without a port. It returns the zero Addr if
// s is neither.
func parseAddr(s string) netip.Addr {
	if both, err := netip.ParseAddrPort(s); err == nil {
		return both.Addr().Unmap().WithZone("")
	}
	addr, _ := netip.ParseAddr(strings.Trim(s, "[]"))
	return addr.Unmap().WithZone("")
}

// groupBits is the prefix length of the smallest network that a customer of IPv6
// gets: all of its addresses count as one.
const groupBits = 64

// group returns the address that stands for all that count as one with addr.
func group(addr netip.Addr) netip.Addr {
	if addr.Is6() {
		return netip.PrefixFrom(addr, groupBits).Masked().Addr()
	}
	return addr
}
