package engine

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"signaling/internal/http1"
)

// CORS is the policy on requests from the pages of other origins. The zero value
// names the request's own origin in each response, which allows every origin,
// but without credentials. See the Fetch standard, section "CORS protocol".
type CORS struct {
	// Allow returns the Access-Control-Allow-Origin for a request's Origin, which
	// may be empty; "" omits the header. nil: the origin itself.
	Allow          func(origin string) string
	Any            bool // the answer is "*", whatever the origin
	Credentials    bool
	Methods        string // empty: GET,HEAD,PUT,PATCH,POST,DELETE
	AllowedHeaders string // empty: those that the preflight asks for
	ExposedHeaders string
	MaxAge         string // in seconds; empty: the header is omitted
	SuccessStatus  int    // of a preflight; 0: 204
	Continue       bool   // leave the answer to a preflight to the caller
}

// Apply sets the CORS headers of a response. It reports whether it has answered
// the request, because it is a preflight. A preflight that asks for an upgrade
// is not answered: Apply panics with http.ErrAbortHandler, which has the
// connection closed.
func (c *CORS) Apply(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	c.setOrigin(h, r.Header.Get("Origin"))
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if r.Method != http.MethodOptions {
		c.setExposed(h)
		return false
	}
	h.Set("Access-Control-Allow-Methods", withDefault(c.Methods, "GET,HEAD,PUT,PATCH,POST,DELETE"))
	if c.AllowedHeaders != "" {
		h.Set("Access-Control-Allow-Headers", c.AllowedHeaders)
	} else {
		addVary(h, "Access-Control-Request-Headers")
		if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
			h.Set("Access-Control-Allow-Headers", asked)
		}
	}
	if c.MaxAge != "" {
		h.Set("Access-Control-Max-Age", c.MaxAge)
	}
	c.setExposed(h)
	if c.Continue {
		return false
	}
	if http1.IsUpgrade(r) {
		panic(http.ErrAbortHandler) // as Node's engine does; no browser sends it
	}
	status := c.SuccessStatus
	if status == 0 {
		status = http.StatusNoContent
	}
	w.WriteHeader(status)
	return true
}

func (c *CORS) setOrigin(h http.Header, origin string) {
	if c.Any {
		h.Set("Access-Control-Allow-Origin", "*")
		return
	}
	if c.Allow != nil {
		origin = c.Allow(origin)
	}
	if origin != "" && httpguts.ValidHeaderFieldValue(origin) {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	addVary(h, "Origin")
}

func (c *CORS) setExposed(h http.Header) {
	if c.ExposedHeaders != "" {
		h.Set("Access-Control-Expose-Headers", c.ExposedHeaders)
	}
}

// addVary adds name to the Vary header.
func addVary(h http.Header, name string) {
	if have := h.Get("Vary"); have != "" && !strings.EqualFold(have, name) {
		name = have + ", " + name
	}
	h.Set("Vary", name)
}

// withDefault returns s, or otherwise if s is empty.
func withDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
