package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Origins is the set of origins from which browsers may connect. The zero value
// allows none. It is immutable and safe for concurrent use.
type Origins struct {
	any      bool
	exact    []string // lower case, without default port
	wildcard []wildcard
}

// wildcard is https://*.example.org:8443 cut at its star.
type wildcard struct {
	scheme string // "https://"
	suffix string // ".example.org:8443"
}

// Any reports whether every origin is allowed.
func (o Origins) Any() bool { return o.any }

// Allow reports whether origin, the value of a request's Origin header, is in
// the set. https://*.example.org stands for every subdomain at any depth but
// not for https://example.org itself. The opaque origin "null" is allowed by
// * alone.
func (o Origins) Allow(origin string) bool {
	if o.any {
		return true
	}
	origin = normalOrigin(origin)
	return slices.Contains(o.exact, origin) || slices.ContainsFunc(o.wildcard, func(w wildcard) bool {
		return w.matches(origin)
	})
}

func (w wildcard) matches(origin string) bool {
	host, ok := strings.CutPrefix(origin, w.scheme)
	if !ok {
		return false
	}
	sub, ok := strings.CutSuffix(host, w.suffix)
	// Clients can send any Origin: the star must match nothing but a host name.
	return ok && sub != "" && !strings.ContainsFunc(sub, func(r rune) bool {
		return r != '.' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}

// originPattern matches scheme://host[:port], where the host's first label may be
// a star. It matches nothing that a browser would not send, so that a mistake such
// as a trailing slash is an error at start, not a refused client.
var originPattern = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://((\*\.)?[a-z0-9_-][a-z0-9._-]*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?$`)

func parseOrigins(to *Origins, s string) error {
	var o Origins
	for _, item := range strings.Split(s, ",") {
		item = strings.TrimSpace(item)
		if item == "*" {
			o.any = true
			continue
		}
		origin := normalOrigin(item)
		if !originPattern.MatchString(origin) {
			return fmt.Errorf("%q is not an origin: write *, https://example.org or https://*.example.org, without path", item)
		}
		if scheme, suffix, ok := strings.Cut(origin, "*"); ok {
			o.wildcard = append(o.wildcard, wildcard{scheme, suffix})
		} else {
			o.exact = append(o.exact, origin)
		}
	}
	*to = o
	return nil
}

// normalOrigin returns an origin as browsers write it: in lower case, without the
// scheme's default port.
func normalOrigin(s string) string {
	s = strings.ToLower(s)
	if strings.HasPrefix(s, "https://") {
		return strings.TrimSuffix(s, ":443")
	}
	if strings.HasPrefix(s, "http://") {
		return strings.TrimSuffix(s, ":80")
	}
	return s
}
