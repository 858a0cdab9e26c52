package accept

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Identity is the content coding of an unencoded body (RFC 9110, section 12.5.3).
const Identity = "identity"

// coding is a member of an Accept-Encoding list.
type coding struct {
	name     string
	quality  float64
	position int // in the client's list
}

// preference is how a client ranks one of the offered codings. The zero value is
// a coding that is not acceptable.
type preference struct {
	name     string
	quality  float64
	named    bool // in the client's list by its name, not by a star
	position int  // of that member of the list
}

// Encoding returns the offered coding that the Accept-Encoding in h ranks first,
// or "" if none is acceptable. It ranks by quality, then codings that h names
// before those that match its star, then by their order in h, then by their order
// in offered. Identity must be offered like any other; if h does not name it, it
// ranks last.
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

// parseAcceptEncoding returns the members of an Accept-Encoding list. If neither
// identity nor a star is among them, it adds identity with the lowest quality of
// all.
func parseAcceptEncoding(list string) []coding {
	var accepted []coding
	lowest, listed := 1.0, false
	for _, member := range strings.Split(list, ",") {
		name, params, _ := strings.Cut(member, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		c := coding{name: name, quality: quality(params), position: len(accepted)}
		accepted = append(accepted, c)
		listed = listed || name == Identity || name == "*"
		if c.quality > 0 {
			lowest = min(lowest, c.quality)
		}
	}
	if !listed {
		accepted = append(accepted, coding{name: Identity, quality: lowest, position: len(accepted)})
	}
	return accepted
}

// quality returns the q parameter, 1 if there is none. A q that is not a number
// counts as 0, so that the client gets the plain body.
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

// prefer returns how accepted ranks the coding: by the member that names it, or
// else by a star.
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

// before reports whether p ranks before other.
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
