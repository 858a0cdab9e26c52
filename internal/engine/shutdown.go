package engine

import (
	"context"
	"slices"
	"time"
)

// pollGrace is how long Close waits for the clients to answer, or to poll for
// what is queued. A process that exits before resets their connections, and
// they would report an error.
const pollGrace = time.Second

// writeGrace is how long Close waits for WebSocket clients that are still taking
// what was sent to them before.
const writeGrace = 5 * time.Second

// paceInterval is how often Drain closes sessions.
const paceInterval = 20 * time.Millisecond

// Drain refuses handshakes from then on and closes the sessions that are open,
// evenly over the given time, so that their clients do not all come back at
// once. What was queued for them is still written. It returns when all have
// been told, or when ctx is done.
func (srv *Server) Drain(ctx context.Context, over time.Duration) {
	srv.closing.Store(true)
	all := srv.Sessions()
	start := time.Now()
	tick := time.NewTicker(paceInterval)
	defer tick.Stop()
	for told := 0; told < len(all); {
		due := len(all)
		if passed := time.Since(start); passed < over {
			due = int(float64(len(all)) * float64(passed) / float64(over))
		}
		for ; told < due; told++ {
			all[told].close(ShuttingDown)
		}
		if told == len(all) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Close ends every session and refuses handshakes from then on. It returns
// when all have taken what was queued for them and their connections are
// closed, or when that takes too long.
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
	for start := time.Now(); len(left) > 0 || srv.links.Load() > 0; {
		waited := time.Since(start)
		left = slices.DeleteFunc(left, func(s *Session) bool { return !s.undelivered(waited) })
		if len(left) == 0 && waited > pollGrace {
			break
		}
		time.Sleep(pollGrace / 200)
	}
	for _, s := range all {
		s.Abort(ForcedClose) // for those whom it was not worth waiting for
	}
	srv.group.Close()
}

// closeOrAbort closes a session that has something queued which only a poll of
// the client's can take. It aborts any other: what is being written is written
// all the same.
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

// undelivered reports whether something is on its way to the client that is
// worth waiting for after such a time.
func (s *Session) undelivered(waited time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writing {
		return waited < writeGrace
	}
	return waited < pollGrace && !s.queue.empty()
}
