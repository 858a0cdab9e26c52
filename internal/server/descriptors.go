package server

import "log/slog"

// WarnDescriptors logs a warning if the process may open fewer descriptors than
// there may be sessions. sessions is -max-sessions; 0 is no limit and no warning.
func WarnDescriptors(sessions int, log *slog.Logger) {
	if n, known := maxDescriptors(); known && n < uint64(sessions) {
		log.Warn("fewer file descriptors than -max-sessions: raise their hard limit (ulimit -Hn, LimitNOFILE=)",
			"descriptors", n, "max_sessions", sessions)
	}
}
