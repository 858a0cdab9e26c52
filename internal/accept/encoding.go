// Package accept reads what a client says it can take.
package accept

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Identity is the content coding of an unencoded body (RFC 9110, section 12.5.3).
const Identity = "identity"

// coding is one member of an Accept-Encoding list.
type coding struct {
	name     string
	quality  float64
	position int // in the client's list
}

// preference says how much a client wants one of the offered codings.
type preference struct {
	name     string
	quality  float64
	named    bool // spelled out by the client, not covered by its star
	position int
}

// Encoding returns the coding among offered that the request's Accept-Encoding
// ranks first: by quality, then those it names before those it covers with a
// star, then in its order, then in ours. It returns "" if none is acceptable.
// Identity takes part only when offered; unnamed it comes last. Node's socket.io
// decides so too.
func Encoding(h http.Header, offered ...string) string {
	accepted := parseAcceptEncoding(strings.Join(h.Values("Accept-Encoding"), ","))
	best := preference{}
	for _, name := range offered {
		if p := prefer(name, accepted); p.quality > 0 && p.before(best) {
			best = p
		}
	}
	return best.name
}

// parseAcceptEncoding returns the members of an Accept-Encoding list. Identity
// is added with the least quality of all unless the list speaks of it.
func parseAcceptEncoding(list string) []coding {
	var accepted []coding
	least, spoken := 1.0, false
	for _, member := range strings.Split(list, ",") {
		name, params, _ := strings.Cut(member, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		c := coding{name: name, quality: quality(params), position: len(accepted)}
		accepted = append(accepted, c)
		spoken = spoken || name == Identity || name == "*"
		if c.quality > 0 {
			least = min(least, c.quality)
		}
	}
	if !spoken {
		accepted = append(accepted, coding{name: Identity, quality: least, position: len(accepted)})
	}
	return accepted
}

// quality reads the q parameter. One that is no number counts as 0: a client
// that cannot say what it wants gets the plain body.
func quality(params string) float64 {
	for _, param := range strings.Split(params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if strings.EqualFold(key, "q") {
			q, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return 0
			}
			return q
		}
	}
	return 1
}

// prefer finds the member of accepted that counts for name: one that names it
// rather than a star.
func prefer(name string, accepted []coding) preference {
	i := slices.IndexFunc(accepted, func(c coding) bool { return c.name == name })
	named := i >= 0
	if !named {
		i = slices.IndexFunc(accepted, func(c coding) bool { return c.name == "*" })
	}
	if i < 0 {
		return preference{}
	}
	return preference{name, accepted[i].quality, named, accepted[i].position}
}

// before reports whether a client wants p rather than other.
func (p preference) before(other preference) bool {
	switch {
	case p.quality != other.quality:
		return p.quality > other.quality
	case p.named != other.named:
		return p.named
	default:
		return p.position < other.position
	}
}
