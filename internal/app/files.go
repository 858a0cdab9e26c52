package app

import (
	"io/fs"
	"net/http"

	"signaling/internal/config"
	"signaling/internal/web"
)

// fileHandler returns the handler of requests that are not Socket.IO's. It serves
// pages, or the folder that -public names.
func fileHandler(c config.Config, pages fs.FS) (http.Handler, error) {
	if c.Public == "" {
		return web.Pages(pages), nil
	}
	folder, err := web.OpenDir(c.Public)
	if err != nil {
		return nil, config.Unusable(err)
	}
	return web.Files(folder), nil
}
