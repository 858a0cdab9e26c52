package app

import (
	"fmt"
	"net/url"

	"github.com/zishang520/engine.io/v2/types"

	"signaling/internal/config"
)

// refuseOrigins returns a check that refuses the handshakes of pages from
// origins other than the allowed ones and the server's own. A client that sends
// no Origin, as all but browsers do, is allowed.
func refuseOrigins(allowed config.Origins) func(*types.HttpContext) error {
	return func(ctx *types.HttpContext) error {
		origin := ctx.Headers().Peek("Origin")
		if origin == "" || allowed.Allow(origin) {
			return nil
		}
		if u, err := url.Parse(origin); err == nil && u.Host == ctx.Request().Host {
			return nil
		}
		return fmt.Errorf("origin %s is not allowed here", origin)
	}
}
