package config

import (
	"io"
	"log/slog"
)

// LogFormat is the format of log lines.
type LogFormat string

// The log formats: slog's key=value text, or a JSON object per line.
const (
	Text LogFormat = "text"
	JSON LogFormat = "json"
)

// Logger returns a logger of the configured level and format that writes to w.
func (c Config) Logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == JSON {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
