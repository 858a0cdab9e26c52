// Command signaling is a WebRTC signaling server: a Socket.IO server with the
// events of the page that it serves.
package main

import (
	"embed"
	"io/fs"
	"os"

	"signaling/internal/app"
)

//go:embed public
var public embed.FS

func main() {
	pages, err := fs.Sub(public, "public")
	if err != nil {
		panic(err) // "public" is a valid name, which is all that Sub checks
	}
	os.Exit(app.Main(pages))
}
