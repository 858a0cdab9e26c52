package engine

import (
	"context"
	"slices"
	"time"
)

// partingTime is how long Close waits for the clients to answer, or to poll for
// what is queued. A process that exits before resets their connections, and
// they would report an error.
const partingTime = time.Second

// lastWords is how long Close waits for WebSocket clients that are still taking
// what was sent to them before.
const lastWords = 5 * time.Second

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
			all[told].closeFor(ShuttingDown)
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
		s.part()
	}
	left := slices.Clone(all)
	for start := time.Now(); len(left) > 0 || srv.links.Load() > 0; {
		waited := time.Since(start)
		left = slices.DeleteFunc(left, func(s *Session) bool { return !s.owed(waited) })
		if len(left) == 0 && waited > partingTime {
			break
		}
		time.Sleep(partingTime / 200)
	}
	for _, s := range all {
		s.abandon(ForcedClose) // for those whom it was not worth waiting for
	}
	srv.group.Close()
}

// part ends the session at once, unless there is something queued that its
// client may still poll for.
func (s *Session) part() {
	s.mu.Lock()
	waiting := s.ws == nil && !s.queue.empty()
	s.mu.Unlock()
	if waiting {
		s.closeFor(ForcedClose)
	} else {
		s.abandon(ForcedClose)
	}
}

// owed tells whether something is on its way to the client and worth waiting for.
func (s *Session) owed(waited time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	patience := partingTime
	if s.ws != nil {
		patience = lastWords
	}
	return waited < patience && (s.writing || !s.queue.empty())
}
