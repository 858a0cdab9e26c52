package web

import (
	"path"
	"strings"
)

// mediaType is a Content-Type, and whether gzip makes such content smaller.
type mediaType struct {
	name         string
	compressible bool
}

// contentType returns the media type of a file by its extension. Unlike package
// mime it does not read the system's tables, so that all machines serve the same.
func contentType(name string) mediaType {
	if t, ok := mediaTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return mediaType{"application/octet-stream", false}
}

var mediaTypes = map[string]mediaType{
	".css":         {"text/css; charset=utf-8", true},
	".csv":         {"text/csv; charset=utf-8", true},
	".htm":         {"text/html; charset=utf-8", true},
	".html":        {"text/html; charset=utf-8", true},
	".js":          {"text/javascript; charset=utf-8", true},
	".json":        {"application/json; charset=utf-8", true},
	".map":         {"application/json; charset=utf-8", true},
	".md":          {"text/markdown; charset=utf-8", true},
	".mjs":         {"text/javascript; charset=utf-8", true},
	".svg":         {"image/svg+xml; charset=utf-8", true},
	".txt":         {"text/plain; charset=utf-8", true},
	".vtt":         {"text/vtt; charset=utf-8", true},
	".webmanifest": {"application/manifest+json; charset=utf-8", true},
	".xml":         {"application/xml; charset=utf-8", true},

	".ico":  {"image/x-icon", true},
	".otf":  {"font/otf", true},
	".pdf":  {"application/pdf", true},
	".ttf":  {"font/ttf", true},
	".wasm": {"application/wasm", true},
	".wav":  {"audio/wav", true},

	".avif":  {"image/avif", false},
	".gif":   {"image/gif", false},
	".gz":    {"application/gzip", false},
	".jpeg":  {"image/jpeg", false},
	".jpg":   {"image/jpeg", false},
	".m4a":   {"audio/mp4", false},
	".mp3":   {"audio/mpeg", false},
	".mp4":   {"video/mp4", false},
	".oga":   {"audio/ogg", false},
	".ogg":   {"audio/ogg", false},
	".ogv":   {"video/ogg", false},
	".opus":  {"audio/ogg", false},
	".png":   {"image/png", false},
	".weba":  {"audio/webm", false},
	".webm":  {"video/webm", false},
	".webp":  {"image/webp", false},
	".woff":  {"font/woff", false},
	".woff2": {"font/woff2", false},
	".zip":   {"application/zip", false},
}
