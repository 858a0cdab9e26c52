package engine

import (
	"context"
	"slices"
	"time"
)

// pollGrace is how long Close waits for clients to close their connections, or to
// poll for what is queued. If the process exited before, it would reset the
// connections, and the clients would report an error.
const pollGrace = time.Second

// writeGrace is how long Close waits for WebSocket clients that have not taken yet
// what is being written to them.
const writeGrace = 5 * time.Second

// drainInterval is how often Drain closes some of the sessions.
const drainInterval = 20 * time.Millisecond

// Drain refuses handshakes from then on and closes the sessions that are open,
// evenly over the given time, so that their clients do not all come back at
// once. What was queued for them is still written. It returns when it has called
// close for all of them, or when ctx is done.
func (srv *Server) Drain(ctx context.Context, over time.Duration) {
	srv.closing.Store(true)
	all := srv.Sessions()
	start := time.Now()
	tick := time.NewTicker(drainInterval)
	defer tick.Stop()
	for closed := 0; closed < len(all); {
		due := len(all)
		if passed := time.Since(start); passed < over {
			due = int(float64(len(all)) * float64(passed) / float64(over))
		}
		for ; closed < due; closed++ {
			all[closed].close(ShuttingDown)
		}
		if closed == len(all) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Close ends all sessions and refuses handshakes from then on. It returns when
// the clients have taken what was queued for them and their connections are
// closed, or when that has taken too long.
func (srv *Server) Close() {
	srv.closing.Store(true)
	srv.mu.Lock()
	srv.closed = true
	srv.mu.Unlock()
	all := srv.Sessions()
	for _, s := range all {
		s.closeOrAbort()
	}
	left := slices.Clone(all)
	for start := time.Now(); len(left) > 0 || srv.webSockets.Load() > 0; {
		waited := time.Since(start)
		left = slices.DeleteFunc(left, func(s *Session) bool { return !s.undelivered(waited) })
		if len(left) == 0 && waited > pollGrace {
			break
		}
		time.Sleep(pollGrace / 200)
	}
	for _, s := range all {
		s.Abort(ForcedClose) // those that still wait for a poll
	}
	srv.group.Close()
}

// closeOrAbort closes the session if something is queued that waits for a poll.
// Else it aborts the session, which does not keep back what is being written.
func (s *Session) closeOrAbort() {
	s.mu.Lock()
	awaitsPoll := !s.writing && !s.queue.empty()
	s.mu.Unlock()
	if awaitsPoll {
		s.Close()
	} else {
		s.Abort(ForcedClose)
	}
}

// undelivered reports whether something is queued or being written that is worth
// waiting for still, when Close has waited for that long.
func (s *Session) undelivered(waited time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writing {
		return waited < writeGrace
	}
	return waited < pollGrace && !s.queue.empty()
}
